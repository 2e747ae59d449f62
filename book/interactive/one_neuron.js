// The losses of one weight: a curve, the point where the weight stands, the tangent there, and the update as an arrow.
"use strict"

draw("one-neuron", functions => {
    const weights = range(-0.8, 0.8, 480)

    function panel(colour, losses, domain, w, epsilon) {
        const curve = weights.map(v => [v, losses(v, epsilon)[0]]).filter(([, loss]) => Number.isFinite(loss))
        const [loss, update] = losses(w, epsilon)
        const marks = [Plot.ruleX([0], {stroke: GREY, strokeOpacity: 0.4}), line(curve, colour)]
        if (Number.isFinite(loss) && Number.isFinite(update)) {
            const end = w + Math.max(-0.5, Math.min(0.5, 0.15 * update))
            marks.push(
                line([-1, 1].map(v => [w + v, loss - v * update]), "currentColor", {strokeWidth: 1.5, strokeDasharray: "5 4"}),
                dot([w, loss], colour),
                update ? Plot.arrow([[w, end]], {x1: w, x2: end, y: loss, stroke: "currentColor", strokeWidth: 2.5}) : null,
            )
        }
        return {x: {domain: [-0.8, 0.8], label: "w", ticks: 5}, y: {domain, label: null, ticks: 5}, marks}
    }

    return ({w, epsilon}) => {
        const deviation = functions.deviation(w, epsilon)[0], activities = functions.samples.map(x => w * x)
        const mean = activities.reduce((sum, z) => sum + z) / activities.length
        const [hinge, up] = functions.hinge(w, epsilon), [logarithm, further] = functions.log_variance(w, epsilon)
        return {
            panels: [
                {
                    x: {domain: [-4.2, 4.2], label: "activity"}, y: {axis: null, domain: [-1, 1]}, height: 120,
                    marks: [
                        Plot.ruleX([mean - 1, mean + 1], {stroke: GREY, strokeDasharray: "3 3"}),
                        Plot.ruleY([0], {x1: mean - deviation, x2: mean + deviation, stroke: VIOLET, strokeWidth: 12, strokeOpacity: 0.35}),
                        Plot.dot(activities, {x: z => z, y: 0, r: 6, fill: VIOLET, stroke: "currentColor"}),
                    ],
                },
                panel(BLUE, functions.hinge, [0, 1.1], w, epsilon),
                panel(ORANGE, functions.log_variance, [-1, 3], w, epsilon),
            ],
            says: `At w = ${read(w, 2)} the activities are ${activities.map(z => read(z, 2)).join(", ")}; their standard `
                + `deviation is ${read(deviation)}. Hinge: loss ${read(hinge)}, update ${read(up)}. `
                + `Log-variance: loss ${read(logarithm)}, update ${read(further)}.`,
        }
    }
})
