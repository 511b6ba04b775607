"""One figure of the page: drawn by Matplotlib, written as inline SVG, with its caption and the numbers behind it.

The SVG follows the page: its colours are CSS variables, its font is that of the page, its ids do not collide.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np

from oversmith.plot import PALETTE, style
from oversmith.plot._style import signed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "http://www.w3.org/2000/svg"
_VARIABLES = {colour.lower(): f"var(--{name})" for name, colour in PALETTE.items()}
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_DECIMALS = re.compile(r"-?\d+\.\d{2,}")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT = re.compile(r"font-family: [^;]*;? ?")
_DROPPED = ("metadata", "style")


@dataclass(frozen=True)
class Picture:
    """One figure of the page.

    Parameters
    ----------
    uid : str
        Prefix of its ids.
    svg : str
        Our own SVG: the only text the page takes unescaped.
    caption : str
        What is seen.
    columns, rows : list
        The numbers behind it.
    wide : bool
        Whether it takes the whole width of the page.
    """

    uid: str
    svg: str
    caption: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    wide: bool = False


def first_upper(text: str) -> str:
    """Begin a text with a capital.

    Examples
    --------
    >>> from oversmith.report.picture import first_upper
    >>> first_upper("bands of ECG")
    'Bands of ECG'
    """
    return text[:1].upper() + text[1:]


def signed_number(value: float | None, digits: int = 3) -> str:
    """Write a number with its sign, or a dash for none.

    Examples
    --------
    >>> from oversmith.report.picture import signed_number
    >>> signed_number(0.5), signed_number(None)
    ('+0.500', '–')
    """
    return "–" if value is None else signed(value, digits)


def percent(value: float | None) -> str:
    """Write a share in percent with one decimal, or a dash for none.

    Examples
    --------
    >>> from oversmith.report.picture import percent
    >>> percent(0.05), percent(None)
    ('5.0 %', '–')
    """
    return "–" if value is None or value != value else f"{100 * value:.1f} %"


def plain_number(value: float | None) -> str:
    """Write a number with four digits, or a dash for none.

    Examples
    --------
    >>> from oversmith.report.picture import plain_number
    >>> plain_number(-0.00123456), plain_number(float("nan"))
    ('−0.001235', '–')
    """
    return "–" if value is None or value != value else f"{value:.4g}".replace("-", "−")


@contextmanager
def canvas(width: float, height: float, *, fitted: bool = True) -> Iterator[Figure]:
    """Open a figure of a size in inches, drawn with the house's settings and outside pyplot.

    Fitting margins to what is drawn takes as long as drawing it; ``fitted=False`` has fixed ones for a single panel.
    """
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(width, height), layout="constrained" if fitted else None)
        if not fitted:
            figure.subplots_adjust(left=0.5 / width, right=1 - 0.12 / width, bottom=0.46 / height, top=1 - 0.3 / height)
        yield figure


def to_svg(figure: Figure, *, uid: str, title: str, description: str) -> str:
    """Write a figure as SVG text for the page.

    Ids that nothing refers to are dropped and the others are numbered behind ``uid``, so that figures do not
    collide; the palette becomes CSS variables, so that figures follow dark mode; the pixels of a rasterised
    cloud are tinted by a filter, so that they follow it too. The same figure gives the same text.

    Parameters
    ----------
    figure : Figure
        Drawn inside :func:`canvas`, which must still be open.
    uid : str
        Prefix of all ids, unique on the page.
    title, description : str
        What the figure is and what it shows, for those who do not see it.

    Returns
    -------
    str

    Examples
    --------
    >>> from oversmith.report.picture import canvas, to_svg
    >>> with canvas(2, 1) as figure:
    ...     _ = figure.subplots().plot([0, 1], color="#0072B2")
    ...     text = to_svg(figure, uid="f1", title="A line", description="It rises.")
    >>> text.startswith("<svg "), "var(--blue)" in text, "0072b2" in text
    (True, True, False)
    """
    tints = _raster_colours(figure)
    stream = io.StringIO()
    with warnings.catch_warnings():
        # The text stays text: the reader's fonts have the glyphs that the layout font lacks.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return _own(stream.getvalue(), uid, title, description, tints)


def adopt_svg(text: str, *, uid: str, title: str, description: str) -> str:
    """Take a figure of the house that was written as a file of its own into the page.

    Parameters
    ----------
    text : str
        SVG that Matplotlib wrote, on white.
    uid : str
        Prefix of all ids, unique on the page.
    title, description : str
        What the figure is and what it shows.

    Returns
    -------
    str
        The same without its paper, in the colours of the page.

    Examples
    --------
    >>> from oversmith.report.picture import adopt_svg
    >>> paper, line = '<path style="fill: #ffffff"/>', '<path style="stroke: #0072b2"/>'
    >>> file = f'<svg xmlns="http://www.w3.org/2000/svg" width="72pt">{paper}{line}</svg>'
    >>> svg = adopt_svg(file, uid="f1", title="A line", description="On no paper.")
    >>> svg.count("<path"), "var(--blue)" in svg
    (1, True)
    """
    return _own(text.replace("fill: #ffffff", "fill: none"), uid, title, description, [])


def _own(text: str, uid: str, title: str, description: str, tints: list[str]) -> str:
    root = ElementTree.fromstring(text)
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in _DROPPED:
                parent.remove(child)
    images = [element for element in root.iter() if _local(element.tag) == "image"]
    for element in root.iter():
        _plain(element)
    _hoist(root)
    _number_ids(root, uid)
    _slim(root)
    if len(images) == len(tints):
        _tint(root, images, tints, uid)
    width = float(root.get("width", "0").removesuffix("pt"))
    for name in ("width", "height", "version", "xmlns"):
        root.attrib.pop(name, None)
    root.attrib.update(
        {
            "xmlns": _SVG,
            "role": "img",
            "aria-labelledby": f"{uid}-title {uid}-desc",
            # In em, so that the figure grows with the reader's text; a quarter more than drawn at most.
            "style": f"max-width:{width / 12 * 1.25:.1f}em",
        }
    )
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, {"id": f"{uid}-{tag}"})
        element.text = text
        root.insert(position, element)
    return ElementTree.tostring(root, encoding="unicode")


def _plain(element: ElementTree.Element) -> None:
    """Drop namespaces (HTML needs none), shorten numbers and put CSS variables for the palette."""
    element.tag = _local(element.tag)
    element.text = None if element.tag != "text" and not (element.text or "").strip() else element.text
    element.tail = None if not (element.tail or "").strip() else element.tail
    for name in list(element.attrib):
        value = element.attrib.pop(name)
        name = _local(name)
        if name == "style":
            value = _COLOUR.sub(lambda match: _VARIABLES.get(match[0], match[0]), value)
        if name in ("d", "x", "y", "width", "height", "transform", "points"):
            value = " ".join(_DECIMALS.sub(lambda match: f"{float(match[0]):.2f}", value).split())
        element.set(name, value)


def _hoist(root: ElementTree.Element) -> None:
    """Write what all marks of a group have in common once, on the group."""
    for parent in root.iter():
        marks = [child for child in parent if child.tag == "use"]
        if parent.tag != "g" or len(marks) < 2 or len(marks) != sum(child.tag != "defs" for child in parent):
            continue
        for name in ("style", "clip-path"):
            values = {mark.get(name) for mark in marks}
            if len(values) == 1 and None not in values and parent.get(name) is None:
                parent.set(name, values.pop() or "")
                for mark in marks:
                    del mark.attrib[name]


def _slim(parent: ElementTree.Element) -> None:
    """Take out what draws nothing: groups without attributes, empty definitions, paper; the page has its own font."""
    children: list[ElementTree.Element] = []
    for child in parent:
        _slim(child)
        if child.tag == "g" and not child.attrib:
            children += list(child)
        elif not (child.tag == "defs" and not len(child)) and not (child.tag == "path" and _nothing(child)):
            children.append(child)
        if child.tag == "text":
            child.set("style", _FONT.sub("", child.get("style", "")))
            if child.get("transform", "").startswith("rotate(-0 "):
                del child.attrib["transform"]
    parent[:] = children


def _nothing(path: ElementTree.Element) -> bool:
    return path.get("style") == "fill: none" and path.get("id") is None


def _number_ids(root: ElementTree.Element, uid: str) -> None:
    used: dict[str, str] = {}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "href" and value.startswith("#"):
                used.setdefault(value[1:], f"{uid}-{len(used)}")
            for reference in _REFERENCE.findall(value) if name != "d" else ():
                used.setdefault(reference, f"{uid}-{len(used)}")
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in used:
            element.set("id", used[identity])
        for name, value in element.attrib.items():
            if name == "href" and value.startswith("#"):
                element.set(name, "#" + used[value[1:]])
            elif name != "d" and "url(#" in value:
                element.set(name, _REFERENCE.sub(lambda match: f"url(#{used[match[1]]})", value))


def _raster_colours(figure: Figure) -> list[str]:
    """Palette names of the rasterised clouds in drawing order: each becomes one image."""
    from matplotlib.colors import to_hex

    names = {colour.lower(): name for name, colour in PALETTE.items()}
    clouds: list[Any] = [
        artist
        for ax in figure.axes
        for artist in ax.collections
        if artist.get_rasterized() and np.size(artist.get_offsets())
    ]
    return [names[to_hex(cloud.get_facecolor()[0])] for cloud in sorted(clouds, key=lambda cloud: cloud.get_zorder())]


def _tint(root: ElementTree.Element, images: list[ElementTree.Element], tints: list[str], uid: str) -> None:
    defs = ElementTree.Element("defs")
    for image, name in zip(images, tints, strict=True):
        identity = f"{uid}-{name}"
        cover = {"x": "0", "y": "0", "width": "1", "height": "1", "color-interpolation-filters": "sRGB"}
        shade = ElementTree.SubElement(defs, "filter", {"id": identity, **cover})
        ElementTree.SubElement(shade, "feFlood", {"style": f"flood-color:var(--{name})"})
        ElementTree.SubElement(shade, "feComposite", {"operator": "in", "in2": "SourceAlpha"})
        image.set("filter", f"url(#{identity})")
    root.insert(0, defs)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
