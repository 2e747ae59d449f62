// Formulas that are wider than their column: MathJax breaks them before a sign, inside a product only where there is no other
// place. One of which it can break no line any further is set smaller, as far as its column asks for.
"use strict"

if (window.MathJax) window.MathJax.startup = {
    ready() {
        MathJax.startup.defaultReady()
        const {inputJax: [tex], outputJax: {linebreaks}} = MathJax.startup.document
        const {OP, OPEN} = MathJax._.core.MmlTree.MmlNode.TEXCLASS
        linebreaks.PENALTY.badbreak = penalty => penalty + 3000
        tex.postFilters.add(({math: {display}, data: {root}}) => {
            const signs = []
            root.walkTree(node => node.isKind("mo") && signs.push(node))
            for (const sign of signs)
                if ([OP, OPEN].includes(sign.texClass)) sign.attributes.set("linebreak", "badbreak")
            if (display) return
            // in a line of text, none where it is short, and none between brackets
            let open = 0
            for (const sign of signs) {
                const [text] = sign.childNodes, bracket = "([".includes(text?.text) - ")]".includes(text?.text)
                open += bracket
                if (signs.length < 4 || open > 0) sign.attributes.set("linebreak", "nobreak")
            }
        })
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
    for (const fold of document.querySelectorAll(".toggle")) fold.addEventListener("click", () => setTimeout(() => fit(fold)))
}))
