// Python in a worker, so that the page stays responsive. It is loaded once, when the first question is asked.
importScripts("../pyodide/pyodide.js")

let ready = null

async function start(progress) {
    progress("Loading Python (about 16 MB, once) …")
    const pyodide = await loadPyodide({indexURL: "../pyodide/"})
    progress("Unpacking SymPy and the calculus …")
    const got = async name => {
        const answer = await fetch(name)
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`)
        return answer
    }
    for (const name of ["sympy.zip", "calculus.zip"])
        pyodide.unpackArchive(await (await got(name)).arrayBuffer(), "zip", {extractDir: "/lib/derive"})
    const names = pyodide.toPy(await (await got("names.json")).json())
    pyodide.runPython(`import sys; sys.path.insert(0, "/lib/derive")`)
    progress("Importing SymPy …")
    return [pyodide.pyimport("derive"), names]
}

onmessage = async ({data: {number, loss, gradient, held}}) => {
    const progress = text => postMessage({number, progress: text})
    try {
        ready ??= start(progress)
        const [derive, names] = await ready
        progress("Differentiating, and comparing …")
        const found = derive.check(loss, gradient, held, names)
        postMessage({number, found: found.toJs({dict_converter: Object.fromEntries})})
    } catch (problem) {
        const lines = String(problem.message ?? problem).trim().split("\n")
        postMessage({number, refused: lines[lines.length - 1].replace(/^derive\.Refused: /, "")})
        ready?.catch(() => { ready = null }) // what failed to load is tried again
    }
}
