// The push of both rules on independent units as bars, and the relative error of the approximation as a curve.
"use strict"

draw("third-factor", functions => {
    const error = (N, kurtosis) => functions.third_factor(N, kurtosis) / functions.one_sample(N, kurtosis) - 1
    const percent = value => `${read(100 * value, value < 0.1 ? 1 : 0)} %`

    return ({units, kurtosis}) => {
        const bars = [
            {rule: "one-sample", push: functions.one_sample(units, kurtosis)},
            {rule: "third factor", push: functions.third_factor(units, kurtosis)},
        ]
        return {
            panels: [
                {
                    marginLeft: 95, height: 150, y: {label: null},
                    x: {domain: [0, bars[1].push], label: "gradient along a unit's own weights", ticks: 4},
                    marks: [Plot.barX(bars, {x: "push", y: "rule", fill: (_, n) => [BLUE, ORANGE][n]}), Plot.ruleX([0])],
                    color: {type: "identity"},
                },
                {
                    x: {type: "log", base: 2, domain: [2, 64], label: "units N", tickFormat: String},
                    y: {type: "log", domain: [0.01, 8], label: null, ticks: [0.01, 0.1, 1], tickFormat: percent},
                    marks: [
                        line(range(2, 64, 124).map(N => [N, error(N, kurtosis)]), ORANGE),
                        dot([units, error(units, kurtosis)], ORANGE),
                    ],
                },
            ],
            says: `With ${units} units the one-sample rule has the gradient ${read(bars[0].push, 1)}, the third factor `
                + `${read(bars[1].push, 1)}: ${percent(error(units, kurtosis))} too much, `
                + `kurtosis/(N − 1) = ${kurtosis}/${units - 1}.`,
        }
    }
})
