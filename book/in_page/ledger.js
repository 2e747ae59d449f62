// The ledger: a click on a heading sorts, the box searches, and each list above the table narrows one column to a value.
"use strict"

{
    const layout = {topStart: "info", topEnd: "search", bottomStart: null, bottomEnd: null}
    const table = new DataTable("#ledger", {paging: false, order: [], autoWidth: false, layout})
    for (const facet of document.querySelectorAll(".ledger-facets select"))
        facet.addEventListener("change", () => table.column(Number(facet.dataset.column))
            .search(text => facet.value === "" || text === facet.value).draw())
}
