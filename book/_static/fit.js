// Formulas that are wider than their column: MathJax breaks them before a sign, inside a product only where there is no other
// place. One of which it can break no line any further is set smaller, as far as its column asks for.
"use strict"

if (window.MathJax) window.MathJax.startup = {
    ready() {
        MathJax.startup.defaultReady()
        const {inputJax: [tex], outputJax: {linebreaks}} = MathJax.startup.document
        const {OP, OPEN} = MathJax._.core.MmlTree.MmlNode.TEXCLASS
        linebreaks.PENALTY.badbreak = penalty => penalty + 3000
        tex.postFilters.add(({data: {root}}) => root.walkTree(node => {
            if (node.isKind("mo") && [OP, OPEN].includes(node.texClass)) node.attributes.set("linebreak", "badbreak")
        }))
    },
}

function fit(within) {
    const smaller = (formula, share) => {
        formula.style.fontSize = `${0.98 * share * parseFloat(getComputedStyle(formula).fontSize)}px`
    }
    for (const formula of within.querySelectorAll("mjx-container[display=true]"))
        if (formula.scrollWidth > formula.clientWidth && formula.clientWidth > 0)
            smaller(formula, formula.clientWidth / formula.scrollWidth)
    for (const formula of within.querySelectorAll(":is(p, li, dd, dt) > span.math > mjx-container")) {
        const column = formula.parentElement.parentElement.clientWidth, {width} = formula.getBoundingClientRect()
        if (width > column && column > 0) smaller(formula, column / width)
    }
}

window.addEventListener("load", () => window.MathJax?.startup?.promise.then(() => {
    fit(document)
    for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", () => fit(fold))
}))
