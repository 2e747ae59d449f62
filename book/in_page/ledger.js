// The ledger, from the first time that its table is drawn: formulas are set, and each list above narrows one column to a value.
"use strict"

let ledgerStarted = false

async function startLedger(table) {
    if (ledgerStarted) return
    ledgerStarted = true
    for (const facet of document.querySelectorAll(".ledger-facets select"))
        facet.addEventListener("change", () => table.column(Number(facet.dataset.column))
            .search(text => facet.value === "" || text === facet.value).draw())
    if (document.readyState !== "complete") await new Promise(loaded => addEventListener("load", loaded))
    await MathJax.startup.promise
    await MathJax.typesetPromise([table.table().node()])
}
