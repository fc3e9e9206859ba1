"""What every item of the bank is made of: ids, texts, sources."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40),
    Field(description="snake_case, never reused once published"),
]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=40)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Item(BaseModel):
    """Base of all models: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Item):
    """Where a fact or an equation comes from."""

    cite: Text = Field(description="authors, year, title, arXiv number or publisher")
    where: Text | None = Field(None, description="section, equation, theorem or figure number")
