// Exercises that are marked in the page: an answer is compared with the gradient of the exercise's loss.
"use strict"

document.addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form.marked")) {
        const {loss, held} = form.dataset
        calculus.connect(form, {
            question: () => ({loss, gradient: form.elements.answer.value, held: held === "true"}),
            show(found, say, details) {
                if (found.verdict === "equal") say("equal", "Right, for every N, M, B and every f.")
                else if (found.verdict === "open") say("open", "Not decided: it agrees with the gradient at random values, but could not be reduced to it. Write it more simply.")
                else say("refused", "Not the gradient.")
                details.append(calculus.paragraph("You typed"), calculus.equation(found.typed))
                if (found.factor) {
                    const sign = found.factor === "-1" ? " The sign is that of the update, which is minus the gradient." : ""
                    details.append(calculus.paragraph(`Your answer is \\(${found.factor}\\) times the gradient.${sign}`))
                } else if (found.difference)
                    details.append(calculus.paragraph(
                        `At ${found.at} and random values, your answer for W₀₀ is ` +
                        `${calculus.short(found.claimed)}; SymPy's own diff finds ${calculus.short(found.diff)}.`,
                    ))
            },
        })
    }
})
