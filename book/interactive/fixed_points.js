// Orbits are followed in steps of equal length. A fixed point, which lies on an axis, is stable where the derivatives along
// both axes are negative.
"use strict"

draw("fixed-points", functions => ({decay, epsilon, ratio}) => {
    const limit = 2.2, at = (rule, w) => functions[rule](...w, 1, ratio, decay, epsilon)

    function orbit(rule, w) {  // to where the field vanishes or turns back
        const points = [w]
        let last
        for (let n = 0; n < 400; n++) {
            const v = at(rule, w), size = Math.hypot(...v)
            if (!(size > 1e-3) || (last && last[0] * v[0] + last[1] * v[1] < 0)) break
            w = w.map((weight, m) => weight + 0.015 * v[m] / size)
            last = v
            points.push(w)
        }
        return points
    }

    const angles = range(0.5, 11.5, 11).map(n => n * Math.PI / 6)
    const starts = angles.flatMap(angle => [0.12, 2.1].map(r => [r * Math.cos(angle), r * Math.sin(angle)]))
    const orbits = rule => starts.flatMap((start, n) => orbit(rule, start).map(([x, y]) => ({x, y, n})))
    const grid = range(-2.1, 2.1, 14), arrows = grid.flatMap(x => grid.map(y => [x, y])).flatMap(w => {
        const v = at("log_variance", w), size = Math.hypot(...v)
        return size > 1e-9 ? [[...w, w[0] + 0.16 * v[0] / size, w[1] + 0.16 * v[1] / size]] : []
    })

    function attracts(w) {
        const h = 1e-5, moved = (m, by) => at("log_variance", w.map((weight, k) => weight + (k == m ? by : 0)))[m]
        return [0, 1].every(m => moved(m, h) - moved(m, -h) < 0)
    }
    const points = [], said = []
    functions.distances(0, 0, 1, ratio, decay, epsilon).forEach((r, k) => {
        const name = `v${"₁₂"[k]}`
        if (!(r > 0)) return said.push(`no fixed point along ${name}`)
        const w = k == 0 ? [r, 0] : [0, r], stable = attracts(w)
        points.push({w, stable}, {w: w.map(weight => -weight), stable})
        said.push(`along ${name} at distance ${read(r)}, ${stable ? "stable" : "not stable"}`)
    })
    if (epsilon > 0) {
        points.push({w: [0, 0], stable: attracts([0, 0])})
        said.push(`the origin, ${points.at(-1).stable ? "stable" : "not stable"}`)
    }
    return {
        panels: [{
            square: true, x: {domain: [-limit, limit], label: "weight along the first principal component", ticks: 5},
            y: {domain: [-limit, limit], label: "weight along the second", ticks: 5},
            color: {domain: ["log-variance with decay", "Oja"], range: [BLUE, ORANGE], legend: true},
            marks: [
                Plot.arrow(arrows, {
                    x1: "0", y1: "1", x2: "2", y2: "3", stroke: GREY, strokeOpacity: 0.5, strokeWidth: 1, headLength: 5,
                }),
                line(orbits("log_variance"), BLUE, {x: "x", y: "y", z: "n", strokeWidth: 5, strokeOpacity: 0.4}),
                line(orbits("oja"), ORANGE, {x: "x", y: "y", z: "n", strokeWidth: 1.4}),
                ...[true, false].map(stable => Plot.dot(points.filter(point => point.stable == stable).map(({w}) => w), {
                    symbol: "diamond", r: 8, stroke: "currentColor", strokeWidth: 2,
                    fill: stable ? "currentColor" : "var(--pst-color-background)",
                })),
            ],
        }],
        says: `Fixed points of log-variance with decay: ${said.join("; ")}.`,
    }
})
