// Python in a worker, so that the page stays responsive. It is loaded once, when the first question is asked.
importScripts("../pyodide/pyodide.js")

let ready = null

async function start() {
    postMessage({progress: "Loading Python (about 16 MB, once) …"})
    const pyodide = await loadPyodide({indexURL: "../pyodide/"})
    postMessage({progress: "Unpacking SymPy and the calculus …"})
    for (const name of ["sympy.zip", "calculus.zip"]) {
        const answer = await fetch(name)
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`)
        pyodide.unpackArchive(await answer.arrayBuffer(), "zip", {extractDir: "/lib/derive"})
    }
    pyodide.runPython(`import sys; sys.path.insert(0, "/lib/derive")`)
    postMessage({progress: "Importing SymPy …"})
    return [pyodide, pyodide.pyimport("derive")]
}

onmessage = async ({data: {loss, gradient, held, names}}) => {
    try {
        ready ??= start()
        const [pyodide, derive] = await ready
        postMessage({progress: "Differentiating …"})
        const found = derive.check(loss, gradient, held, pyodide.toPy(names))
        postMessage({found: found.toJs({dict_converter: Object.fromEntries})})
    } catch (problem) {
        const lines = String(problem.message ?? problem).trim().split("\n")
        postMessage({refused: lines[lines.length - 1].replace(/^derive\.Refused: /, "")})
    }
}
