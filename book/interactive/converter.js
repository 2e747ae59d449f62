// Coefficients from one convention to another, as lvicreg.conventions.convert moves them: in fractions, pairs [p, q] of exact
// integers, or with the reason why there is no factor.
"use strict"

{
    const form = document.getElementById("converter"), says = document.getElementById("converter-says")
    const presets = window.interactive["converter"], terms = ["invariance", "variance", "covariance"]

    function reduced([p, q]) {
        let [a, b] = [p < 0n ? -p : p, q < 0n ? -q : q]
        while (b) [a, b] = [b, a % b]
        return q < 0n ? [-p / a, -q / a] : [p / a, q / a]
    }
    const times = (...factors) => reduced(factors.reduce(([p, q], [r, s]) => [p * r, q * s]))
    const over = ([p, q]) => [q, p]
    const text = value => Array.isArray(value) ? reduced(value).filter((n, k) => k == 0 || n != 1n).join("/") : value ?? "None"

    // A number such as 25, 0.5, 1e-4 or 1/3.
    function fraction(written) {
        const parts = written.trim().match(/^([+-]?)(?:(\d+)\/(\d+)|(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,2}))?)$/i)
        if (!parts || written.length > 40) return null
        const [, sign, p, q, whole = "", decimals = "", exponent = "0"] = parts
        const [top, bottom] = p ? [BigInt(p), BigInt(q)] : [BigInt(whole + decimals), 1n]
        if (bottom == 0n) return null
        const shift = Number(exponent) - decimals.length, power = 10n ** BigInt(Math.abs(shift))
        return reduced([(sign == "-" ? -top : top) * (shift > 0 ? power : 1n), bottom * (shift < 0 ? power : 1n)])
    }

    function decimal(value) {
        const shown = String(Number((Number(value[0]) / Number(value[1])).toPrecision(6)))
        return `${text(fraction(shown)) == text(value) ? "=" : "≈"} ${shown}`
    }

    // The factor from one term to another, or a sentence.
    function ratio(old, wanted) {
        const other = Object.fromEntries(wanted.shape)
        for (const [name, value] of old.shape)
            if (text(value) != text(other[name]))
                return `${name} is ${text(value)} in the one, ${text(other[name])} in the other`
        if (old.views != wanted.views && [old.views, wanted.views].includes("present"))
            return "in one the present view alone learns, in the other both do"
        return times(old.weight, old.scale, over(wanted.weight), over(wanted.scale))
    }

    function converted(term, {source, target, N, B, ...coefficients}) {
        const coefficient = fraction(coefficients[term])
        if (!coefficient) return "the coefficient must be a number, such as 25, 0.5 or 1/3"
        if (coefficient[0] == 0n) return "0"
        const factor = ratio(...[source, target].map(name => presets[name][term](BigInt(N), BigInt(B))))
        if (typeof factor == "string") return `no factor turns ${source} into ${target}: ${factor}`
        const value = times(coefficient, factor)
        return `${text(value)}${value[1] == 1n ? "" : ` ${decimal(value)}`} (factor ${text(factor)})`
    }

    function answer() {
        const values = Object.fromEntries(new FormData(form))
        const wrong = ["N", "B"].filter(size => !/^\s*\d{1,9}\s*$/.test(values[size]) || Number(values[size]) < 2)
        const refused = "must be a whole number of at least 2, of no more than nine digits"
        const lines = wrong.length ? wrong.map(size => [size, refused]) : terms.map(term => [term, converted(term, values)])
        says.replaceChildren(...lines.map(([name, told]) => {
            const line = document.createElement("li"), bold = document.createElement("strong")
            bold.textContent = name
            line.append(bold, wrong.length ? " " : ": ", told)
            return line
        }))
    }

    form.addEventListener("input", answer)
    form.addEventListener("submit", event => event.preventDefault())
    answer()
}
