// What all figures share. A script says how its figure is drawn: `draw(name, functions => values => ({panels, says}))`, where
// functions are those printed from the derivations, panels are options of Observable Plot and says is the sentence below them.
// Here the controls are read, the panels are drawn as wide as there is room (none in a fold that is closed), and a figure that
// plays is moved on.
"use strict"

function draw(name, prepare) {
    const root = document.getElementById(name), frame = prepare(window.interactive[name])
    const [controls, panels, says] = root.children
    const inputs = [...controls.querySelectorAll("[name]")]

    function update() {
        for (const input of inputs) {
            const value = input.closest("div").querySelector(".value")
            if (value) value.textContent = input.value.replace("-", "−")
        }
        const drawn = frame(Object.fromEntries(inputs.map(input => [input.name, Number(input.value)])))
        drawn.panels.forEach((options, n) => {
            const panel = panels.children[n].lastElementChild, width = panel.clientWidth
            if (!width) return
            const plot = Plot.plot({
                width, height: options.square ? width : 250, marginLeft: 45, marginBottom: 40, marginTop: 25, ...options,
            })
            plot.setAttribute("aria-hidden", true)  // its panel has a name, and the sentence says what it shows
            panel.replaceChildren(plot)
        })
        if (says.textContent != drawn.says) says.textContent = drawn.says
    }

    for (const button of controls.querySelectorAll("[data-plays]"))
        player(button, controls.querySelector(`[name=${button.dataset.plays}]`), says, update)
    root.addEventListener("input", update)
    new ResizeObserver(update).observe(panels)  // which calls it at the beginning, too
}

// A button that moves a slider to its end, from the beginning if it is there; nothing is read out on the way.
function player(button, slider, says, update) {
    const low = Number(slider.min), high = Number(slider.max), duration = 6000
    let playing = 0
    function stop() {
        cancelAnimationFrame(playing)
        playing = 0
        button.textContent = "Play"
        says.setAttribute("aria-live", "polite")
    }
    button.addEventListener("click", () => {
        if (playing) return stop()
        button.textContent = "Pause"
        says.setAttribute("aria-live", "off")
        const from = Number(slider.value) < high ? Number(slider.value) : low
        let start
        function move(now) {
            start ??= now
            slider.value = Math.min(high, from + (high - low) * (now - start) / duration)
            playing = requestAnimationFrame(move)
            if (Number(slider.value) == high) stop()
            update()
        }
        playing = requestAnimationFrame(move)
    })
    slider.addEventListener("pointerdown", stop)
    slider.addEventListener("keydown", stop)
}

const range = (low, high, count) => Array.from({length: count + 1}, (_, n) => low + (high - low) * n / count)

// A number as it is read: with a minus sign, and without one where it is rounded to zero.
function read(value, digits = 3) {
    if (!Number.isFinite(value)) return "not defined"
    return (Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toFixed(digits).replace("-", "−")
}

const line = (points, stroke, options) => Plot.line(points, {stroke, strokeWidth: 2.5, clip: true, ...options})
const dot = (place, fill, options) => Plot.dot([place], {fill, r: 6, stroke: "currentColor", ...options})
const [BLUE, ORANGE, VIOLET, GREY] = ["blue", "orange", "violet", "grey"].map(colour => `var(--interactive-${colour})`)
