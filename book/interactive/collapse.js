// A neuron learns from two views of each scene; its whole course is computed anew when the coefficient changes.
"use strict"

draw("collapse", functions => {
    let course = [], known
    const trend = grown => grown < 0.95 ? "is falling" : grown > 1.05 ? "is rising" : "stays as it is"

    function learn(coefficient) {
        let w = functions.start
        course = range(0, functions.steps, functions.steps).map(step => {
            const first = functions.first(...w), second = functions.second(...w)
            const distance = Math.sqrt(first.reduce((sum, z, n) => sum + (z - second[n]) ** 2, 0) / first.length)
            const moment = {step, first, second, distance, deviation: functions.deviation(...w)}
            const update = functions.update(...w, coefficient)
            w = w.map((weight, m) => weight + functions.rate * update[m])
            return moment
        })
    }

    return ({coefficient, step}) => {
        if (known !== coefficient) learn(known = coefficient)
        const {first, second, distance, deviation} = course[step]
        const grown = deviation / course[Math.max(0, step - 10)].deviation
        const verdict = deviation < 0.05 ? "The neuron has collapsed: it says the same of every scene."
            : distance > 0.5 * deviation ? "The two views do not agree yet."
            : `The two views differ little, and the deviation ${trend(grown)}.`
        return {
            panels: [
                {
                    square: true, x: {domain: [-2, 2], label: "activity in view 1", ticks: 5},
                    y: {domain: [-2, 2], label: "in view 2", ticks: 5},
                    marks: [
                        Plot.line([[-2, -2], [2, 2]], {stroke: GREY, strokeDasharray: "4 4"}),
                        Plot.dot(first.map((z, n) => [z, second[n]]), {r: 6, fill: BLUE, stroke: "currentColor"}),
                    ],
                },
                {
                    x: {domain: [0, functions.steps], label: "step"}, y: {domain: [0, 1.6], label: null},
                    marks: [
                        Plot.ruleX([step], {stroke: GREY}),
                        line(course, BLUE, {x: "step", y: "deviation"}), dot([step, deviation], BLUE),
                        line(course, ORANGE, {x: "step", y: "distance"}), dot([step, distance], ORANGE),
                    ],
                    color: {domain: ["standard deviation", "distance of the views"], range: [BLUE, ORANGE], legend: true},
                },
            ],
            says: `After ${step} steps with the coefficient ${read(coefficient, 2)} the standard deviation is `
                + `${read(deviation)}, the distance of the views ${read(distance)}. ${verdict}`,
        }
    }
})
