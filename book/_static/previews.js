// Shows what a link leads to beside it, while the pointer or the keyboard is on it; previews.py keeps what may be shown.
const previews = {
    pages: {},  // what is known of each page, by the id of its parts
    loading: {},
    base: document.currentScript.src.replace(/[^/]*$/, "previews/"),

    keep(page, parts) { this.pages[page] = parts },

    // What a link leads to, as HTML; undefined if nothing of it is kept.
    async of(link) {
        const [address, id] = link.href.split("#")
        const page = address.replace(/^.*\//, "").replace(/\.html.*$/, "") || "index"
        this.loading[page] ??= new Promise(done => {
            const script = document.createElement("script")
            script.src = `${this.base}${page}.js`
            script.onload = script.onerror = done
            document.head.append(script)
        })
        await this.loading[page]
        return this.pages[page]?.[decodeURIComponent(id)]
    },
}

document.addEventListener("DOMContentLoaded", () => {
    const shown = document.createElement("div")
    shown.id = "preview"
    shown.setAttribute("role", "tooltip")
    shown.hidden = true
    document.body.append(shown)
    let wanted = null, waiting = 0

    function close() {
        clearTimeout(waiting)
        wanted?.removeAttribute("aria-describedby")
        wanted = null
        shown.hidden = true
    }

    function place(link) {
        const at = link.getClientRects()[0]
        const width = Math.min(640, document.documentElement.clientWidth - 16)
        shown.style.width = `${width}px`
        shown.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`
        const below = innerHeight - at.bottom > shown.offsetHeight || at.top < shown.offsetHeight
        shown.style.top = below ? `${at.bottom + 4}px` : `${at.top - shown.offsetHeight - 4}px`
    }

    async function open(link) {
        const html = await previews.of(link)
        if (!html || wanted !== link) return
        shown.innerHTML = html
        shown.hidden = false
        link.setAttribute("aria-describedby", shown.id)
        place(link)
        await window.MathJax?.startup?.promise
        await window.MathJax?.typesetPromise?.([shown])
        if (wanted === link) place(link)
    }

    function ask(link, after) {
        close()
        wanted = link
        waiting = setTimeout(() => open(link), after)
    }

    // links to a place in a page beside this one, or in this one; a permalink leads to where the reader is, and shows nothing
    const folder = new URL(".", location.href).href
    const links = [...document.querySelectorAll("main a[href*='#']:not(svg *)")].filter(link =>
        link.href.startsWith(folder) && /^[^/]*#./.test(link.href.slice(folder.length))
        && !link.matches(".headerlink, .claim-id a, nav a"))
    for (const link of links) {
        link.addEventListener("pointerenter", event => event.pointerType === "mouse" && ask(link, 200))
        link.addEventListener("focus", () => link.matches(":focus-visible") && ask(link, 0))
        link.addEventListener("blur", close)
        link.addEventListener("pointerleave", () => {
            clearTimeout(waiting)
            waiting = setTimeout(() => shown.matches(":hover") || close(), 200)
        })
    }
    shown.addEventListener("pointerleave", close)
    document.addEventListener("keydown", event => event.key === "Escape" && close())
    addEventListener("scroll", () => shown.hidden || place(wanted), { passive: true })
})
