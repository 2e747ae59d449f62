// Both balls are on the curve `place(s)`, s being Oja's time: Oja's ball at s = t, the other where its own clock shows t.
"use strict"

draw("two-flows", functions => {
    const angle = 75 * Math.PI / 180
    const point = w => `(${w.map(weight => read(weight)).join(", ")})`
    let track, known

    function prepare(length, ratio) {
        const setting = [length * Math.cos(angle), length * Math.sin(angle), 1, ratio]
        const place = s => functions.place(s, ...setting), clock = s => functions.clock(s, ...setting)
        const times = range(0, 3, 300).map(root => root ** 3)  // denser where the balls start
        const points = times.map(place), behind = [0]
        points.slice(1).forEach((w, n) => behind.push(behind[n] + Math.hypot(w[0] - points[n][0], w[1] - points[n][1])))
        track = {
            place, points, whole: behind.at(-1),
            variance: w => functions.variance(...w, 1, ratio),
            behind(s) {
                const n = Math.min(times.findLastIndex(time => time <= s), times.length - 2), w = place(s)
                return 100 * (behind[n] + Math.hypot(w[0] - points[n][0], w[1] - points[n][1])) / behind.at(-1)
            },
            reached(t) {  // the clock runs forwards: halve the interval
                let low = 0, high = 100
                for (let n = 0; n < 60; n++) clock((low + high) / 2) < t ? low = (low + high) / 2 : high = (low + high) / 2
                return low
            },
        }
        track.courses = range(0, 6, 120).map(t => ({t, log: track.behind(track.reached(t)), oja: track.behind(t)}))
    }

    return ({time, length, ratio}) => {
        if (known !== `${length} ${ratio}`) {
            prepare(length, ratio)
            known = `${length} ${ratio}`
        }
        const reached = track.reached(time), log = track.place(reached), oja = track.place(time)
        const shares = [track.behind(reached), track.behind(time)], variance = track.variance(log)
        return {
            panels: [
                {
                    aspectRatio: 1, height: undefined, x: {domain: [-0.15, 1.35], label: "first weight", ticks: 4},
                    y: {domain: [-0.15, 2.05], label: "second weight", ticks: 4},
                    marks: [
                        Plot.line(track.points, {stroke: GREY, strokeWidth: 9, strokeOpacity: 0.35}),
                        Plot.dot([[1, 0]], {symbol: "diamond", r: 8, fill: "currentColor"}),
                        Plot.dot([[0, 1]], {symbol: "diamond", r: 8, stroke: "currentColor"}),
                        dot(log, BLUE, {r: 8}), dot(oja, ORANGE, {r: 8}),
                    ],
                },
                {
                    x: {domain: [0, 6], label: "time"}, y: {domain: [0, 100], label: "% of the track"},
                    color: {domain: ["log-variance", "Oja"], range: [BLUE, ORANGE], legend: true},
                    marks: [
                        Plot.ruleX([time], {stroke: GREY}),
                        line(track.courses, BLUE, {x: "t", y: "log"}), dot([time, shares[0]], BLUE),
                        line(track.courses, ORANGE, {x: "t", y: "oja"}), dot([time, shares[1]], ORANGE),
                    ],
                },
            ],
            says: `At time ${read(time, 2)} log-variance is at ${point(log)}, ${read(shares[0], 0)} % of the track behind it; `
                + `Oja's rule is at ${point(oja)}, ${read(shares[1], 0)} %. The variance at the place of log-variance is `
                + `${read(variance)}: there Oja's rule moves ${read(variance)} times as fast.`,
        }
    }
})
