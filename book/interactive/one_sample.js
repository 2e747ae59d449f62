// Two units, the second mixed from the first and another source: a cloud of samples, and the averages of which one is printed.
"use strict"

draw("one-sample", functions => ({rho, kurtosis}) => {
    const square = functions.square(rho, kurtosis), aim = functions.covariance(rho, kurtosis) ** 2
    const curve = of => range(0, 1, 50).map(r => [r, of(r)])
    const mixed = functions.sources[kurtosis].map(([s, t]) => [s, rho * s + Math.sqrt(1 - rho ** 2) * t])
    const share = aim < 0.0005 ? "There is nothing to charge for, and it charges all the same."
        : `That is ${read(square / aim, 2)} times too much.`
    return {
        panels: [
            {
                square: true, x: {domain: [-4, 4], label: "u₁", ticks: 5}, y: {domain: [-4, 4], label: "u₂", ticks: 5},
                marks: [Plot.dot(mixed, {r: 3, fill: VIOLET, fillOpacity: 0.6, clip: true})],
            },
            {
                x: {domain: [0, 1], label: "correlation ρ", ticks: 5}, y: {domain: [0, 6.2], label: null},
                marks: [
                    Plot.ruleX([rho], {stroke: GREY}),
                    line(curve(r => functions.square(r, kurtosis)), ORANGE), dot([rho, square], ORANGE),
                    line(curve(r => functions.covariance(r, kurtosis) ** 2), BLUE), dot([rho, aim], BLUE),
                    ...[["mean of (u₁u₂)²", functions.square(1, kurtosis), ORANGE, -12], ["K₁₂²", 1, BLUE, 14]].map(
                        ([name, y, fill, dy]) => Plot.text([name], {x: 1, y, dy, fill, textAnchor: "end"})),
                ],
            },
        ],
        says: `At the correlation ${read(rho, 2)} the squared covariance is ${read(aim)}, the mean of the squared product `
            + `${read(square)}. ${share}`,
    }
})
