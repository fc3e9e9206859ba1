"""Evaluates sizes: names, calls that ask for an element's bytes, tensors that know their sizes."""

from fractions import Fraction

from rlprep.formula.decide.counting import Counting, Number
from rlprep.formula.decide.size_names import key_of, words_of
from rlprep.formula.decide.size_tensors import Shape, asked_of, shapes_of
from rlprep.formula.errors import Undecidable
from rlprep.formula.tree import Call, Name, Node, Num


class Sizes(Counting):
    """Evaluates sizes; `element_size()` and the like are the bytes of an element."""

    def name(self, node: Name, position: int) -> Number:
        """Return the value of a name, or what it asks of an array: `k_cache.nbytes`."""
        asked = asked_of(node, self.program.text) if self.program.is_code else None
        if asked is None or (asked[1] != "nbytes" and asked[0] not in self.shapes):
            return super().name(node, position)
        width = self.values["bytes"]
        if asked[1] == "itemsize":
            return width
        entries = self.entries_of(asked[0])
        return entries * width if asked[1] == "nbytes" else entries

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shapes that the input says."""
        return shapes_of(self.program)

    def entries_of(self, array: str) -> Number:
        """Return how many entries an array has.

        Raises:
            Undecidable: its shape is not said.
        """
        shape = self.shapes.get(array)
        if shape is None:
            raise Undecidable(f"the shape of '{array}' is not said")
        count = self.arithmetic.const(Fraction(1))
        for size in shape.sizes:
            count = count * self.evaluate(size, shape.position)
        return count

    def indexed(self, x: Node, items: tuple[Node, ...], position: int) -> Number:
        """Return the length of an axis, `k.shape[0]`; of others the index does not matter."""
        match x, items:
            case Call(fn=Name(name="shape" | "size"), args=(Name() as array,)), (Num(value=place),):
                shape = self.shapes.get(key_of(array))
                if shape is not None and place < len(shape.sizes):
                    return self.evaluate(shape.sizes[int(place)], shape.position)
                raise Undecidable(f"the shape of '{key_of(array)}' is not said")
        return super().indexed(x, items, position)

    def call(self, node: Call, position: int) -> Number:
        """Return the entries of an array, or the bytes of one, where a call asks for them."""
        match node:
            case (
                Call(fn=Name(name="numel" | "nelement"), args=(Name() as array,))
                | Call(fn=Name(name="prod"), args=(Call(fn=Name(name="shape" | "size"),
                                                        args=(Name() as array,)),))
            ):  # fmt: skip
                return self.entries_of(key_of(array))
            case Call(fn=Name(name="nbytes"), args=(Name() as array,)):
                return self.entries_of(key_of(array)) * self.values["bytes"]
        return super().call(node, position)

    def other_call(self, node: Call, position: int) -> Number:
        """Return the bytes of an element where a call asks for them."""
        words = set(words_of(key_of(node.fn)))
        if words & {"sizeof", "element", "itemsize", "bytes"}:
            return self.values["bytes"]
        return super().other_call(node, position)
