// The form of the page "Derive it yourself": it asks the worker, and shows what comes back.
const script = document.currentScript.src

document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("derive-form")
    const {presets, names, installed} = JSON.parse(document.getElementById("derive-data").textContent)
    const {preset, loss, gradient, held, derive} = form.elements
    const status = document.getElementById("derive-status"), result = document.getElementById("derive-result")

    for (const name of Object.keys(presets)) preset.add(new Option(name))
    const fill = () => {
        ({loss: loss.value, gradient: gradient.value, held: held.checked} = presets[preset.value])
    }
    preset.addEventListener("change", fill)
    fill()

    const reasons = {
        missing: "This copy of the book was built without Pyodide. README.md names the command that installs it.",
        file: "Browsers do not run Python in pages that were opened as files. Serve the book, for example with " +
            "“python -m http.server --directory book/_build/html”, and open http://localhost:8000.",
    }
    const reason = installed ? (location.protocol === "file:" ? reasons.file : null) : reasons.missing
    if (reason) {
        derive.disabled = true
        status.textContent = reason
        return
    }

    let worker = null
    form.addEventListener("submit", event => {
        event.preventDefault()
        worker ??= new Worker(new URL("worker.js", script))
        worker.onmessage = ({data}) => {
            if (data.progress) {
                status.textContent = data.progress
                return
            }
            derive.disabled = false
            if (data.refused) status.textContent = data.refused
            else show(data.found)
        }
        worker.onerror = problem => {
            derive.disabled = false
            status.textContent = `Python could not be started: ${problem.message}`
        }
        derive.disabled = true
        result.replaceChildren()
        worker.postMessage({loss: loss.value, gradient: gradient.value, held: held.checked, names})
    })

    function show(found) {
        status.textContent = found.equal
            ? "Equal: the typed gradient is the derived one, for every N, M, B and every f."
            : "Refused: the typed gradient is not the derived one."
        status.className = found.equal ? "equal" : "refused"
        const lines = [
            ["Loss", `\\[L = ${found.loss}\\]`],
            ["Derived", `\\[\\frac{\\partial L}{\\partial W_{pq}} = ${found.derived}\\]`],
            ["Typed", `\\[${found.typed}\\]`],
        ]
        for (const [title, tex] of lines) {
            const heading = document.createElement("strong"), equation = document.createElement("div")
            heading.textContent = title
            equation.className = "math"
            equation.textContent = tex
            result.append(heading, equation)
        }
        const second = document.createElement("p")
        second.id = "derive-second"
        second.textContent = `SymPy's own diff, at two units, two inputs, three samples and random values: ∂L/∂W₀₀ is ${found.diff}, ` +
            `the typed gradient there ${found.claimed}: ${found.agree ? "they agree." : "they differ."}`
        result.append(second)
        MathJax.typesetPromise([result])
    }
})
