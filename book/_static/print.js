// A page is printed as it stands on the screen, so much smaller as the paper asks for, its folds open: no formula is cut.
"use strict"

const PAPER = 680 // CSS pixels: the width of A4 without the margins of print.css

window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details:not([open])")) {
        fold.open = true
        fold.dataset.closed = ""
        fit(fold)
    }
    const width = document.querySelector(".bd-article").clientWidth
    document.documentElement.style.setProperty("--print-zoom", Math.min(1, PAPER / width))
})

window.addEventListener("afterprint", () => {
    for (const fold of document.querySelectorAll("details[data-closed]")) {
        fold.open = false
        delete fold.dataset.closed
    }
})
