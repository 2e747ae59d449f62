"""The code generator: from an indexed expression to a function on arrays, and to the module that it stands in.

``rule`` says what the generator is told. ``names`` checks it, ``equation`` writes the update in named quantities, ``naming``
names the sums that are left, ``layout`` says on which axis an index stands and ``arrays`` is the back end: array API code.
``emit`` puts a function together from these, ``loss`` one that returns a loss with its gradient, with the signature and
docstring of ``docstring``; ``order`` reads the text once more. ``modules`` makes modules, and ``files`` writes them.

``synaptic`` is a local rule for one sample, with the running averages of ``averages``; ``brian2`` and ``annarchy`` are its back
ends, models for simulators with what ``exported`` says beside them.
"""
