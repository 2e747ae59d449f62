// A formula of which MathJax can break no line any further is set smaller, as far as its column asks for.
"use strict"

function fit(within) {
    for (const formula of within.querySelectorAll("mjx-container[display=true]"))
        if (formula.scrollWidth > formula.clientWidth && formula.clientWidth > 0) {
            const size = parseFloat(getComputedStyle(formula).fontSize)
            formula.style.fontSize = `${0.98 * size * formula.clientWidth / formula.scrollWidth}px`
        }
}

window.addEventListener("load", () => window.MathJax?.startup?.promise.then(() => {
    fit(document)
    for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", () => fit(fold))
}))
