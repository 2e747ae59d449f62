// The map of claims: boxes are put in their places, what a claim rests on lights up, and a click opens its statement.
// An address such as map.html#oja.fixed-points shows that claim and what it rests on, and nothing else.
"use strict"

document.addEventListener("DOMContentLoaded", () => {
    const ROW = 26, HEIGHT = 20, GAP = 46, LABEL = 20, MARGIN = 8
    const map = document.querySelector(".claim-map"), svg = map.querySelector("svg")
    const panel = document.querySelector(".claim-panel"), shown = document.querySelector(".claim-map-shown")
    const nodes = [...svg.querySelectorAll(".node")], edges = [...svg.querySelectorAll(".edge")]
    const lanes = [...svg.querySelectorAll(".lane")]
    const byId = Object.fromEntries(nodes.map(node => [node.id, node]))

    // The claim and all that it rests on.
    function ground(id, found = new Set()) {
        if (!found.has(id)) {
            found.add(id)
            for (const {dataset} of edges) if (dataset.to === id) ground(dataset.from, found)
        }
        return found
    }

    function place(visible) {
        const here = nodes.filter(node => visible.has(node.id)), columns = new Map(), boxes = {}
        const width = node => Number(node.querySelector("rect").getAttribute("width"))
        for (const column of [...new Set(here.map(node => Number(node.dataset.column)))].sort((a, b) => a - b)) {
            const widest = Math.max(...here.filter(node => Number(node.dataset.column) === column).map(width))
            const left = Math.max(MARGIN, ...[...columns.values()].map(({right}) => right + GAP))
            columns.set(column, {left, right: left + widest})
        }
        const right = Math.max(...[...columns.values()].map(column => column.right)) + MARGIN
        let top = 0
        for (const lane of lanes) {
            const within = here.filter(node => node.dataset.section === lane.dataset.section), stacked = {}
            lane.style.display = within.length ? "" : "none"
            if (!within.length) continue
            for (const node of within) {
                const {column} = node.dataset, row = stacked[column] = (stacked[column] ?? -1) + 1
                boxes[node.id] = {x: columns.get(Number(column)).left, y: top + LABEL + row * ROW, width: width(node)}
            }
            const height = LABEL + ROW * Math.max(...Object.values(stacked).map(row => row + 1)) + 2
            const rect = lane.querySelector("rect"), text = lane.querySelector("text")
            for (const [name, value] of Object.entries({x: 0, y: top, width: right, height})) rect.setAttribute(name, value)
            text.setAttribute("x", MARGIN)
            text.setAttribute("y", top + 14)
            top += height + 4
        }
        for (const node of nodes) {
            const box = boxes[node.id]
            node.style.display = box ? "" : "none"
            if (box) node.setAttribute("transform", `translate(${box.x},${box.y})`)
        }
        for (const edge of edges) {
            const from = boxes[edge.dataset.from], to = boxes[edge.dataset.to]
            edge.style.display = from && to ? "" : "none"
            if (!(from && to)) continue
            const x = from.x + from.width, y = from.y + HEIGHT / 2, end = to.y + HEIGHT / 2, bend = (to.x - x) / 2
            edge.setAttribute("d", `M${x},${y} C${x + bend},${y} ${to.x - bend},${end} ${to.x},${end}`)
        }
        for (const [name, value] of Object.entries({width: right, height: top, viewBox: `0 0 ${right} ${top}`}))
            svg.setAttribute(name, value)
        map.classList.toggle("wide", map.scrollWidth > map.clientWidth)
    }

    function light(id) {
        const lit = id ? ground(id) : new Set()
        svg.classList.toggle("lighting", Boolean(id))
        for (const node of nodes) node.classList.toggle("lit", lit.has(node.id))
        for (const edge of edges) edge.classList.toggle("lit", lit.has(edge.dataset.to))
    }

    async function open(id) {
        for (const node of nodes) node.classList.toggle("chosen", node.id === id)
        panel.replaceChildren()
        if (!id) return
        panel.append(document.querySelector(`template[data-claim="${id}"]`).content.cloneNode(true))
        await MathJax.startup.promise
        await MathJax.typesetPromise([panel])
    }

    for (const node of nodes) {
        for (const event of ["mouseenter", "focus"]) node.addEventListener(event, () => light(node.id))
        for (const event of ["mouseleave", "blur"]) node.addEventListener(event, () => light(null))
        node.addEventListener("click", event => {
            event.preventDefault()
            open(node.id)
        })
    }

    function begin() {
        const id = decodeURIComponent(location.hash.slice(1)), known = id in byId
        place(known ? ground(id) : new Set(Object.keys(byId)))
        shown.textContent = known ? `What ${id} rests on: ${ground(id).size - 1} of ${nodes.length - 1} other claims.`
            : id ? `No claim is called ${id}: all ${nodes.length} are shown.` : `All ${nodes.length} claims.`
        open(known ? id : null)
    }
    window.addEventListener("hashchange", begin)
    begin()
})
