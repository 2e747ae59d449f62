// Python and the calculus, for whatever on a page asks them: one worker, which the first question starts.
"use strict"

const calculus = (() => {
    const address = new URL("worker.js", document.currentScript.src)
    const waiting = new Map() // what to do with an answer, by the number of its question
    const PATIENCE = 120_000 // milliseconds from the last sign of life
    let worker = null, asked = 0, alarm = null

    const reasons = {
        missing: "This copy of the book was built without Pyodide. README.md names the command that installs it.",
        file: "Browsers do not run Python in pages that were opened as files. Serve the book, for example with " +
            "“python -m http.server --directory book/_build/html”, and open http://localhost:8000.",
    }

    function started() {
        const fresh = new Worker(address)
        fresh.onmessage = ({data: {number, progress, ...answer}}) => {
            const {onprogress, resolve} = waiting.get(number)
            wait()
            if (progress) return onprogress(progress)
            waiting.delete(number)
            resolve(answer)
            if (!waiting.size) clearTimeout(alarm)
        }
        fresh.onerror = problem => stop(`Python could not be started: ${problem.message}`)
        return fresh
    }

    // Tell all who wait; the next question starts anew.
    function stop(refused) {
        worker.terminate()
        worker = null
        clearTimeout(alarm)
        for (const {resolve} of waiting.values()) resolve({refused})
        waiting.clear()
    }

    function wait() {
        clearTimeout(alarm)
        alarm = setTimeout(() => stop("Stopped after two minutes without an answer. Ask something smaller."), PATIENCE)
    }

    // What check() in derive.py found, or why it refused; onprogress is told what is being done.
    function ask(question, onprogress) {
        worker ??= started()
        return new Promise(resolve => {
            waiting.set(++asked, {onprogress, resolve})
            wait()
            worker.postMessage({number: asked, ...question})
        })
    }

    // Let a form ask when it is submitted: `question()` is asked, and `show` given what was found.
    // A verdict never outlives its question: it goes when the button is pressed and when something else is typed, and is not
    // shown where the form has changed meanwhile.
    function connect(form, {question, show}) {
        const button = form.querySelector("button"), progress = form.querySelector("progress")
        const verdict = form.querySelector("[role=status]"), details = form.querySelector(".details")
        const say = (kind, text) => Object.assign(verdict, {className: kind, textContent: text})
        const clear = () => { say("", ""); details.replaceChildren() }

        const reason = form.dataset.installed !== "true" ? reasons.missing : location.protocol === "file:" ? reasons.file : null
        if (reason) {
            button.disabled = true
            say("", reason)
            return {clear: () => {}, say: () => {}}
        }
        form.addEventListener("input", () => button.disabled || clear())
        form.addEventListener("submit", async event => {
            event.preventDefault()
            clear()
            button.disabled = true
            progress.hidden = false
            const asked = question(), answer = await ask(asked, text => say("working", text))
            button.disabled = false
            progress.hidden = true
            clear()
            if (JSON.stringify(question()) !== JSON.stringify(asked)) return
            if (answer.refused) return say("refused", answer.refused)
            show(answer.found, say, details)
            await MathJax.typesetPromise([details])
            fit(details)
        })
        return {clear, say}
    }

    const equation = tex => Object.assign(document.createElement("div"), {className: "math", textContent: `\\[${tex}\\]`})
    const paragraph = text => Object.assign(document.createElement("p"), {className: "tex2jax_process", textContent: text})
    const short = number => number.includes("I") ? number : String(Number(Number(number).toPrecision(7)))

    return {connect, equation, paragraph, short}
})()
