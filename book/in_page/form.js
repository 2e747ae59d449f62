// The page "Derive it yourself". What it begins with may stand in its address:
// #preset=covariance, or #loss=…&gradient=…, with &held where the mean is held constant.
"use strict"

document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("derive-form")
    const presets = JSON.parse(document.getElementById("derive-presets").textContent)
    const {preset, loss, gradient, held} = form.elements

    for (const [name, {title}] of Object.entries(presets)) preset.add(new Option(title, name))
    const {clear, say} = calculus.connect(form, {
        question: () => ({loss: loss.value, gradient: gradient.value, held: held.checked}),
        show,
    })
    const fill = given => {
        clear()
        loss.value = given.loss
        gradient.value = given.gradient
        held.checked = given.held
    }
    preset.addEventListener("change", () => fill(presets[preset.value]))

    function begin() {
        const asked = new URLSearchParams(location.hash.slice(1)), name = asked.get("preset")
        if (asked.has("loss")) {
            preset.selectedIndex = -1
            fill({loss: asked.get("loss"), gradient: asked.get("gradient") ?? "", held: asked.has("held")})
        } else {
            preset.value = name in presets ? name : Object.keys(presets)[0]
            fill(presets[preset.value])
            if (name !== null && !(name in presets)) say("refused", `No preset is called ${name}.`)
        }
    }
    window.addEventListener("hashchange", () => location.hash.includes("=") && begin()) // and not for a heading of this page
    begin()

    function show(found, say, details) {
        if (found.verdict === "equal") say("equal", "Equal: the typed gradient is the derived one, for every N, M, B and every f.")
        else if (found.verdict === "open") say("open", "Not decided: the difference below did not reduce to zero, but both agree at random values.")
        else say("refused", "Refused: the typed gradient is not the derived one.")
        const lines = [
            ["Loss", `L = ${found.loss}`],
            ["Derived", `\\frac{\\partial L}{\\partial W_{pq}} = ${found.derived}`],
            ["Typed", found.typed],
        ]
        if (found.difference) lines.push(["Derived minus typed", found.difference])
        for (const [title, tex] of lines) {
            const heading = document.createElement("strong")
            heading.textContent = title
            details.append(heading, calculus.equation(tex))
        }
        if (found.factor) details.append(calculus.paragraph(`What was typed is \\(${found.factor}\\) times the derived gradient.`))
        details.append(calculus.paragraph(
            `SymPy's own diff, at ${found.at} and random values: ∂L/∂W₀₀ is ${found.diff}, ` +
            `the typed gradient there ${found.claimed}: ${found.agree ? "they agree." : "they differ."}`,
        ))
    }
})
