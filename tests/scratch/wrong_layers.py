"""Layers, losses, optimizers and initialisers with one mistake each, such as people really make.

Each is the right one with one method replaced; the docstring names the mistake.
"""

import numpy as np

from helpers import scratch


class TransposedKernel(scratch.Dense):
    """Reads the kernel as (units, inputs)."""

    def cast_parameters(self, dtype):
        kernel, *bias = super().cast_parameters(dtype)
        return [kernel.reshape(kernel.T.shape).T, *bias]


class ForgottenBias(scratch.Dense):
    """Never adds the bias."""

    def cast_parameters(self, dtype):
        return super().cast_parameters(dtype)[:1]


class AveragedBiasGradient(scratch.Dense):
    """Averages over the batch where the loss has done so already."""

    def backward(self, gradient):
        returned = super().backward(gradient)
        self.gradients["bias"] = gradient.mean(axis=0)
        return returned


class SigmoidWithoutComplement(scratch.Sigmoid):
    """Takes the derivative y for y (1 - y)."""

    def backward(self, gradient):
        gradient, y = self.recall(gradient)
        return gradient * y


class TanhWithoutSquare(scratch.Tanh):
    """Takes the derivative 1 - y for 1 - y^2."""

    def backward(self, gradient):
        gradient, y = self.recall(gradient)
        return gradient * (1 - y)


class ReLUThatLooksAtTheGradient(scratch.ReLU):
    """Cuts where the gradient is negative, not where the input was."""

    def backward(self, gradient):
        gradient, _ = self.recall(gradient)
        return gradient * (gradient > 0)


class LeakyReLUWithoutLeak(scratch.LeakyReLU):
    """Has a ReLU's backward."""

    def backward(self, gradient):
        gradient, positive = self.recall(gradient)
        return gradient * positive


class GELUWithoutDensity(scratch.GELU):
    """Differentiates x but not Phi(x)."""

    def backward(self, gradient):
        gradient, x = self.recall(gradient)
        return gradient * scratch.gelu(x) / x


class DiagonalSoftmax(scratch.Softmax):
    """Forgets that each logit moves all probabilities of its row."""

    def backward(self, gradient):
        gradient, y = self.recall(gradient)
        return gradient * y * (1 - y)


class TrainingStatisticsAtInference(scratch.BatchNormalization):
    """Normalises by the batch always."""

    def forward(self, x, training=False):
        return super().forward(x, training=True)


class SwappedMomentum(scratch.BatchNormalization):
    """Keeps 1 - momentum of the moving statistics."""

    def _update_statistics(self, x):
        self.momentum = 1 - self.momentum
        statistics = super()._update_statistics(x)
        self.momentum = 1 - self.momentum
        return statistics


class UnbiasedVariance(scratch.BatchNormalization):
    """Divides by n - 1."""

    def _update_statistics(self, x):
        mean, variance = super()._update_statistics(x)
        n = x[..., 0].size
        return mean, variance * n / (n - 1)


class ConstantStatistics(scratch.BatchNormalization):
    """Takes mean and variance of the batch for constants in backward."""

    def backward(self, gradient):
        super().backward(gradient)
        gradient, _, gamma, scale, _ = self.recall(gradient)
        return gradient * gamma * scale


class UnscaledDropout(scratch.Dropout):
    """Does not divide by 1 - rate."""

    def forward(self, x, training=False):
        output = super().forward(x, training=training)
        return output * (1 - self.rate) if training else output


class DropoutThatForgetsItsMask(scratch.Dropout):
    """Lets the whole gradient through."""

    def backward(self, gradient):
        return self.recall(gradient)[0]


class HalvedSquaredError(scratch.MeanSquaredError):
    """Forgets the 2 of the square's derivative."""

    def backward(self):
        return super().backward() / 2


class UnaveragedBinaryCrossentropy(scratch.BinaryCrossentropy):
    """Gives the gradient of the sum."""

    def backward(self):
        gradient = super().backward()
        return gradient * gradient.size


class UnaveragedCategoricalCrossentropy(scratch.CategoricalCrossentropy):
    """Gives the gradient of the sum."""

    def backward(self):
        gradient = super().backward()
        return gradient * len(gradient)


class UnaveragedSparseCrossentropy(scratch.SparseCategoricalCrossentropy):
    """Gives the gradient of the sum."""

    def backward(self):
        gradient = super().backward()
        return gradient * len(gradient)


class WrongMomentumSign(scratch.SGD):
    """Lets the old velocity brake."""

    def _change(self, name, parameter, gradient):
        velocity = self._recall("velocity", name, parameter)
        velocity *= -self.momentum
        velocity -= self.learning_rate * gradient
        return velocity


class AveragedMomentum(scratch.SGD):
    """Takes momentum v - (1 - momentum) learning_rate g, as other libraries may."""

    def _change(self, name, parameter, gradient):
        return super()._change(name, parameter, gradient * (1 - self.momentum))


class NesterovThatDoesNotLookAhead(scratch.SGD):
    """Steps by the velocity, which is plain momentum."""

    def _change(self, name, parameter, gradient):
        super()._change(name, parameter, gradient)
        return self._recall("velocity", name, parameter)


class EpsilonOutsideTheRoot(scratch.RMSprop):
    """Adds epsilon to the root, as Adam does."""

    def _change(self, name, parameter, gradient):
        super()._change(name, parameter, gradient)
        square = self._recall("square", name, parameter)
        return -self.learning_rate * gradient / (np.sqrt(square) + self.epsilon)


class EpsilonInsideTheRoot(scratch.Adam):
    """Adds epsilon to the mean square, as RMSprop does."""

    def _change(self, name, parameter, gradient):
        change = super()._change(name, parameter, gradient)
        square = self._recall("square", name, parameter)
        return change * (np.sqrt(square) + self.epsilon) / np.sqrt(square + self.epsilon)


class AdamWithoutCorrection(scratch.Adam):
    """Forgets that both averages start at zero."""

    def _change(self, name, parameter, gradient):
        change, t = super()._change(name, parameter, gradient), self.iterations
        return change * (1 - self.beta_1**t) / np.sqrt(1 - self.beta_2**t)


class AdamThatCountsArrays(scratch.Adam):
    """Counts a step for each array, not for each update."""

    def _change(self, name, parameter, gradient):
        change = super()._change(name, parameter, gradient)
        self.iterations += 1
        return change


class DecayThroughTheGradient(scratch.AdamW):
    """Adds the decay to the gradient: L2 inside Adam."""

    def _change(self, name, parameter, gradient):
        gradient = gradient + self.weight_decay * parameter
        return scratch.Adam._change(self, name, parameter, gradient)


def he_normal_of_fan_out(shape, generator):
    """Counts the outputs for the inputs."""
    return generator.normal(scale=np.sqrt(2 / scratch.compute_fans(shape)[1]), size=shape)


def he_normal_not_widened(shape, generator):
    """Cuts at two standard deviations and does not make up for it."""
    unit = scratch.initialize("truncated_normal", shape, generator) / 0.05
    return unit * np.sqrt(2 / scratch.compute_fans(shape)[0])


def glorot_uniform_without_three(shape, generator):
    """Takes the standard deviation for the limit."""
    limit = np.sqrt(2 / sum(scratch.compute_fans(shape)))
    return generator.uniform(-limit, limit, shape)
