"""Optimizers: how far each parameter moves, given its gradient; names and defaults as in Keras.

All of them make the same move: `update(parameters, gradients)` adds to each array the change that
`_change` computes from the gradient and from a memory of the past gradients. Arrays are changed in
place. With all cases in one batch, `SGD` is gradient descent.
"""

import math

import numpy as np

from helpers.checks import check_number, quoted

__all__ = ["SGD", "Adam", "AdamW", "RMSprop"]


class _Optimizer:
    """Check, count the updates, and keep one memory of each kind for each parameter."""

    def __init__(self, learning_rate):
        self.iterations = 0
        if isinstance(learning_rate, type):
            name = learning_rate.__name__
            raise TypeError(
                f"`learning_rate` must be a number or a schedule; got the class {name}. Build a "
                f"schedule with it: `{name}(...)`."
            )
        self.schedule = learning_rate if callable(learning_rate) else None
        if self.schedule is None:
            self.learning_rate = check_number("learning_rate", learning_rate, above=0)
        else:
            self.learning_rate = self._ask_schedule()
        self._served, self._memory = {}, {}

    def update(self, parameters, gradients):
        """Change the parameters in place by one step.

        Parameters
        ----------
        parameters : dict of str to ndarray of float32 or float64
            The same arrays at every call: the optimizer remembers their past.
        gradients : dict of str to ndarray
            The same keys and shapes. A nan in a gradient passes into its parameter.

        Raises
        ------
        TypeError, ValueError
            If keys or shapes differ, a parameter is no array of floats, or it is another array
            than the one that had its name before; or if a schedule answers with anything but a
            finite number of at least 0. The parameters then stay as they are.
        """
        check_pairs(parameters, gradients)
        for name, parameter in parameters.items():
            if self._served.setdefault(name, parameter) is not parameter:
                raise ValueError(
                    "An optimizer must serve the same arrays at every update, because it remembers "
                    f"their past; {name!r} is another array than before. Make a new optimizer."
                )
        if self.schedule is not None:
            self.learning_rate = self._ask_schedule()
        self.iterations += 1
        for name, parameter in parameters.items():
            parameter += self._change(name, parameter, np.asarray(gradients[name]))

    def _ask_schedule(self):
        rate = self.schedule(self.iterations)
        try:
            rate = float(rate)  # Keras's schedules answer with a tensor
        except (TypeError, ValueError):
            raise TypeError(
                f"`learning_rate` must be a schedule that answers with a number; got {rate!r} at "
                f"step {self.iterations}."
            ) from None
        return check_number("learning_rate", rate, minimum=0)

    def _recall(self, kind, name, parameter):
        """Return what is remembered of one parameter, zeros at first; change it in place."""
        if (kind, name) not in self._memory:
            self._memory[kind, name] = np.zeros_like(parameter)
        return self._memory[kind, name]


def check_pairs(
    parameters, gradients, *, label="parameters", hint="Run `backward` before `update`."
):
    """Refuse gradients that do not belong to the parameters, which the caller names `label`."""
    if parameters.keys() != gradients.keys():
        raise ValueError(
            f"`gradients` must have the keys of `{label}`, {quoted(parameters)}; got "
            f"{quoted(gradients) or 'none'}. {hint}"
        )
    for name, parameter in parameters.items():
        if not isinstance(parameter, np.ndarray) or parameter.dtype not in ("float32", "float64"):
            kind = getattr(parameter, "dtype", type(parameter).__name__)
            raise TypeError(
                f"`{label}[{name!r}]` must be an array of float32 or float64, because it is "
                f"changed in place; got {kind}."
            )
        if np.shape(gradients[name]) != parameter.shape:
            raise ValueError(
                f"`gradients[{name!r}]` must have shape {parameter.shape}; got "
                f"{np.shape(gradients[name])}."
            )


class SGD(_Optimizer):
    """Step against the gradient; with momentum, keep part of the last step.

    Parameters
    ----------
    learning_rate : float or schedule
        Above 0; or a function of the number of the step, from 0, such as `CosineDecay(0.1, 500)`.
        Its answers are at least 0.
    momentum : float
        From 0, below 1.
    nesterov : bool
        Look ahead: use the velocity that the next step will have.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range, or a class of schedules in place of a schedule; as `update`
        says.

    Notes
    -----
    v <- momentum v - learning_rate g, then w <- w + v, or with Nesterov
    w <- w + momentum v - learning_rate g. Under a constant gradient v tends to
    -learning_rate g / (1 - momentum): the effective rate.

    References
    ----------
    Sutskever et al., ICML 2013 (PMLR 28:1139); Goh, Distill 2017, doi 10.23915/distill.00006.

    Examples
    --------
    >>> weights = {"w": np.array([1.0])}
    >>> optimizer = SGD(0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.update(weights, {"w": np.array([2.0])})
    >>> weights["w"]  # 1 - 0.2 - 0.3
    array([0.5])

    Introduced in notebook 03, *Optimizers*.
    """

    def __init__(self, learning_rate=0.01, *, momentum=0.0, nesterov=False):
        super().__init__(learning_rate)
        self.momentum = check_number("momentum", momentum, minimum=0, below=1)
        self.nesterov = nesterov

    def _change(self, name, parameter, gradient):
        step = -self.learning_rate * gradient
        velocity = self._recall("velocity", name, parameter)
        velocity *= self.momentum
        velocity += step
        return self.momentum * velocity + step if self.nesterov else velocity


class RMSprop(_Optimizer):
    """Divide the gradient by the root of its mean square, so that all parameters move alike.

    Parameters
    ----------
    learning_rate : float or schedule
        Above 0; or a function of the number of the step, from 0, such as `CosineDecay(0.1, 500)`.
        Its answers are at least 0.
    rho : float
        From 0, below 1: how much of the mean square each step keeps.
    epsilon : float
        Above 0.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range, or a class of schedules in place of a schedule; as `update`
        says.

    Notes
    -----
    s <- rho s + (1 - rho) g^2, then w <- w - learning_rate g / sqrt(s + epsilon). As in Keras,
    epsilon stands inside the root: a gradient much smaller than sqrt(epsilon) hardly moves
    its parameter.

    References
    ----------
    Tieleman and Hinton, COURSERA: Neural Networks for Machine Learning, lecture 6.5 (2012).

    Examples
    --------
    >>> weights = {"w": np.array([1.0, 1.0])}
    >>> RMSprop(0.1, rho=0.75).update(weights, {"w": np.array([3.0, -300.0])})
    >>> weights["w"].round(3)  # the first step is learning_rate / sqrt(1 - rho), whatever g is
    array([0.8, 1.2])

    Introduced in notebook 03, *Optimizers*.
    """

    def __init__(self, learning_rate=0.001, *, rho=0.9, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho = check_number("rho", rho, minimum=0, below=1)
        self.epsilon = check_number("epsilon", epsilon, above=0)

    def _change(self, name, parameter, gradient):
        square = self._recall("square", name, parameter)
        square *= self.rho
        square += (1 - self.rho) * gradient**2
        return -self.learning_rate * gradient / np.sqrt(square + self.epsilon)


class Adam(_Optimizer):
    """Divide the mean gradient by the root of the mean square: RMSprop with momentum.

    Parameters
    ----------
    learning_rate : float or schedule
        Above 0; or a function of the number of the step, from 0, such as `CosineDecay(0.1, 500)`.
        Its answers are at least 0.
    beta_1, beta_2 : float
        From 0, below 1: how much of the mean and of the mean square each step keeps.
    epsilon : float
        Above 0.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range, or a class of schedules in place of a schedule; as `update`
        says.

    Notes
    -----
    m <- beta_1 m + (1 - beta_1) g and s <- beta_2 s + (1 - beta_2) g^2 start at 0 and are too
    small at first, after t steps by 1 - beta_1^t and 1 - beta_2^t. Hence
    w <- w - learning_rate (sqrt(1 - beta_2^t) / (1 - beta_1^t)) m / (sqrt(s) + epsilon).
    As in Keras, epsilon stands outside the root and after the correction (epsilon hat in the
    paper).

    References
    ----------
    Kingma and Ba, arXiv 1412.6980.

    Examples
    --------
    >>> weights = {"w": np.array([1.0, 1.0])}
    >>> Adam(0.1).update(weights, {"w": np.array([3.0, -300.0])})
    >>> weights["w"].round(3)  # the first step is the learning rate, whatever g is
    array([0.9, 1.1])

    Introduced in notebook 03, *Optimizers*.
    """

    def __init__(self, learning_rate=0.001, *, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        self.beta_1 = check_number("beta_1", beta_1, minimum=0, below=1)
        self.beta_2 = check_number("beta_2", beta_2, minimum=0, below=1)
        self.epsilon = check_number("epsilon", epsilon, above=0)

    def _change(self, name, parameter, gradient):
        mean = self._recall("mean", name, parameter)
        mean *= self.beta_1
        mean += (1 - self.beta_1) * gradient
        square = self._recall("square", name, parameter)
        square *= self.beta_2
        square += (1 - self.beta_2) * gradient**2
        t = self.iterations
        correction = math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        return -self.learning_rate * correction * mean / (np.sqrt(square) + self.epsilon)


class AdamW(Adam):
    """Adam, and beside it a pull of every parameter towards zero: decoupled weight decay.

    Parameters
    ----------
    learning_rate : float or schedule
        Above 0; or a function of the number of the step, from 0, such as `CosineDecay(0.1, 500)`.
        Its answers are at least 0.
    weight_decay : float
        At least 0.
    beta_1, beta_2 : float
        From 0, below 1.
    epsilon : float
        Above 0.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range, or a class of schedules in place of a schedule; as `update`
        says.

    Notes
    -----
    w <- w - learning_rate weight_decay w, beside Adam's step. An L2 penalty would go into the
    gradient instead, and Adam would divide it by the root of the mean square like the rest:
    parameters with large gradients would hardly be pulled. Biases are pulled too, as in Keras.

    References
    ----------
    Loshchilov and Hutter, arXiv 1711.05101.

    Examples
    --------
    >>> weights = {"w": np.array([10.0])}
    >>> AdamW(0.1, weight_decay=0.5).update(weights, {"w": np.array([3.0])})
    >>> weights["w"].round(3)  # 10 - 0.1 * 0.5 * 10 - 0.1
    array([9.4])

    Introduced in notebook 03, *Optimizers*.
    """

    def __init__(
        self, learning_rate=0.001, *, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7
    ):
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
        self.weight_decay = check_number("weight_decay", weight_decay, minimum=0)

    def _change(self, name, parameter, gradient):
        decay = self.learning_rate * self.weight_decay * parameter
        return super()._change(name, parameter, gradient) - decay
