"""Learning machines from before, and from beside, back-propagation; each is imported from its own module.

``mcculloch_pitts`` (1943), ``perceptron`` (1958), ``adaline`` (1960), ``kernel_perceptron`` (1964), ``svm``
(1992-1995, with its solver ``smo``), ``rbm`` and ``dbn`` (2002-2006). Nothing is imported here, so that the
perceptron does not wait for the others.
"""
