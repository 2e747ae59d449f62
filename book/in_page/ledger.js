// The ledger, once its table stands: formulas are set, and each list above it narrows one column to a value.
"use strict"

{
    const table = $("#ledger").DataTable()
    for (const facet of document.querySelectorAll(".ledger-facets select"))
        facet.addEventListener("change", () => table.column(Number(facet.dataset.column))
            .search(text => facet.value === "" || text === facet.value).draw())
    window.addEventListener("load", () => MathJax.startup.promise.then(() => MathJax.typesetPromise([table.table().node()])))
}
