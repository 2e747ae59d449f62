"""The phase portrait of both flows with sliders for λ, ε and the spectrum, as a piece of HTML that needs no network.

The fields that the page computes are printed as JavaScript from the expressions in ``derivations.oja`` and
``derivations.oja_stability``, written out for two inputs in the coordinates of the principal components (μ_1 = 1).
"""

from bokeh.document import Document
from bokeh.embed import components
from bokeh.layouts import column
from bokeh.models import Arrow, ColumnDataSource, CustomJS, Div, Legend, Slider, VeeHead
from bokeh.plotting import figure
from bokeh.resources import Resources
from sympy import Expr, jscode, solve

from derivations.oja import F, O, j, k
from derivations.oja_stability import decay, decay_there, radius, regularised_eigenbasis
from lvicreg.calculus.explicit import written_out

from .style import BLUE, FAINT, GREY, ORANGE

SIZES = {"M": 2}
ARGUMENTS = ("w_0", "w_1", "mu_0", "mu_1", "decay", "epsilon")


def scalar(expr: Expr, **at: int) -> Expr:
    """An expression of the derivations for two inputs, with an index or two at values from 0."""
    indices = {"j": j, "k": k}
    return written_out(expr, SIZES, {indices[name]: value for name, value in at.items()}, regularised_eigenbasis)


def formulas() -> dict[str, str]:
    """JavaScript for both fields and for the distance of the fixed points from the origin."""
    (distance,) = (root for root in solve(decay - decay_there, radius) if not root.could_extract_minus_sign())
    written = {
        "log_variance": [scalar(F[j], j=n) for n in (0, 1)],
        "oja": [scalar(O[j], j=n) for n in (0, 1)],
        "distances": [written_out(distance, SIZES, {k: n}) for n in (0, 1)],
    }
    return {name: f"(({', '.join(ARGUMENTS)}) => [{', '.join(map(jscode, pair))}])" for name, pair in written.items()}


CALLBACK = """
const lambda = decay.value, epsilon = added.value, ratio = spectrum.value
const field = {log_variance: LOG_VARIANCE, oja: OJA}
const at = (rule, w) => field[rule](w[0], w[1], 1, ratio, lambda, epsilon)
const length = v => Math.hypot(v[0], v[1])
const limit = 2.2

function orbit(rule, w) {  // followed in steps of equal length, to where the field vanishes or turns back
    const xs = [w[0]], ys = [w[1]]
    let last = null
    for (let n = 0; n < 400; n++) {
        const v = at(rule, w), size = length(v)
        if (!(size > 1e-3)) break
        if (last && last[0] * v[0] + last[1] * v[1] < 0) break
        w = [w[0] + 0.015 * v[0] / size, w[1] + 0.015 * v[1] / size]
        last = v
        xs.push(w[0]); ys.push(w[1])
    }
    return [xs, ys]
}

const starts = []
for (let n = 0; n < 12; n++) {
    const angle = (n + 0.5) * Math.PI / 6
    for (const r of [0.12, 2.1]) starts.push([r * Math.cos(angle), r * Math.sin(angle)])
}
for (const [rule, source] of [["log_variance", log_variance], ["oja", oja]]) {
    const followed = starts.map(w => orbit(rule, w))
    source.data = {xs: followed.map(o => o[0]), ys: followed.map(o => o[1])}
}

const arrows = {x0: [], y0: [], x1: [], y1: []}
for (let n = -7; n <= 7; n++) for (let m = -7; m <= 7; m++) {
    const w = [0.3 * n, 0.3 * m]
    if (n == 0 && m == 0) continue
    const v = at("log_variance", w), size = length(v)
    if (!(size > 1e-9)) continue
    arrows.x0.push(w[0]); arrows.y0.push(w[1])
    arrows.x1.push(w[0] + 0.16 * v[0] / size); arrows.y1.push(w[1] + 0.16 * v[1] / size)
}
field_arrows.data = arrows

function attracts(w) {  // both derivatives along the axes, on which every fixed point lies, are negative
    const h = 1e-5
    return [0, 1].every(k => {
        const up = [...w], down = [...w]
        up[k] += h; down[k] -= h
        return at("log_variance", up)[k] - at("log_variance", down)[k] < 0
    })
}
const points = {x: [], y: [], colour: [], stable: []}
const found = DISTANCES(0, 0, 1, ratio, lambda, epsilon)
const said = []
found.forEach((r, k) => {
    if (!(r > 0)) { said.push(`no fixed point along v<sub>${k + 1}</sub>`); return }
    const w = k == 0 ? [r, 0] : [0, r], stable = attracts(w)
    for (const sign of [1, -1]) {
        points.x.push(sign * w[0]); points.y.push(sign * w[1])
        points.colour.push(stable ? "black" : "white"); points.stable.push(stable)
    }
    said.push(`along v<sub>${k + 1}</sub> at distance ${r.toFixed(3)}, ${stable ? "stable" : "not stable"}`)
})
if (epsilon > 0) {
    const stable = attracts([0, 0])
    points.x.push(0); points.y.push(0); points.colour.push(stable ? "black" : "white"); points.stable.push(stable)
    said.push(`the origin, ${stable ? "stable" : "not stable"}`)
}
fixed_points.data = points
text.text = `Fixed points of log-variance with decay: ${said.join("; ")}.`
"""


def explore() -> str:
    """The figure, its sliders and Bokeh itself, as HTML."""
    sources = {name: ColumnDataSource(data={"xs": [], "ys": []}, name=name) for name in ("log_variance", "oja")}
    arrows = ColumnDataSource(data={"x0": [], "y0": [], "x1": [], "y1": []}, name="field")
    points = ColumnDataSource(data={"x": [], "y": [], "colour": [], "stable": []}, name="fixed_points")
    plot = figure(
        x_range=(-2.2, 2.2),
        y_range=(-2.2, 2.2),
        match_aspect=True,
        aspect_ratio=1,
        sizing_mode="scale_width",
        max_width=560,
        tools="",
        toolbar_location=None,
        x_axis_label="weight along the first principal component",
        y_axis_label="weight along the second",
    )
    head = VeeHead(size=5, line_color=FAINT, fill_color=FAINT)
    plot.add_layout(
        Arrow(x_start="x0", y_start="y0", x_end="x1", y_end="y1", source=arrows, line_color=FAINT, end=head, level="underlay")
    )
    broad = plot.multi_line("xs", "ys", source=sources["log_variance"], color=BLUE, line_width=5, line_alpha=0.35)
    thin = plot.multi_line("xs", "ys", source=sources["oja"], color=ORANGE, line_width=1.4)
    plot.scatter("x", "y", source=points, marker="diamond", size=16, fill_color="colour", line_color="black", line_width=1.5)
    legend = Legend(
        items=[("log-variance with decay", [broad]), ("Oja", [thin])], orientation="horizontal", border_line_color=None
    )
    plot.add_layout(legend, "above")
    plot.axis.axis_label_text_font_style = "normal"
    plot.grid.visible = False
    plot.outline_line_color = GREY
    wide = {"sizing_mode": "stretch_width", "max_width": 560}
    sliders = {
        "decay": Slider(start=0.25, end=4, value=1, step=0.05, title="λ, weight decay", name="lambda", **wide),
        "added": Slider(start=0, end=2, value=0, step=0.05, title="ε, added to the variance", name="epsilon", **wide),
        "spectrum": Slider(start=0.05, end=1, value=0.4, step=0.05, title="μ₂/μ₁, second eigenvalue", name="ratio", **wide),
    }
    text = Div(text="", name="fixed_points_text", **wide)
    code = CALLBACK
    for name, formula in formulas().items():
        code = code.replace(name.upper(), formula)
    callback = CustomJS(args={**sliders, **sources, "field_arrows": arrows, "fixed_points": points, "text": text}, code=code)
    for slider in sliders.values():
        slider.js_on_change("value", callback)
    document = Document()
    document.add_root(column(*sliders.values(), plot, text, sizing_mode="stretch_width"))
    document.js_on_event("document_ready", callback)
    script, element = components(document.roots[0])
    resources = Resources(mode="inline", components=["bokeh", "bokeh-widgets"]).render()
    return f"{resources}\n{element}\n{script}"
