"""The static files: built at start, named by their content, safe for several processes, and within their budget."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha384
from pathlib import Path

import brotli
import pytest

from karavan.web import icons
from karavan.web.assets import (
    HTMX_CDN,
    HTMX_INTEGRITY,
    HTMX_LOCAL,
    PARTS,
    SEPARATE,
    Assets,
    compose,
    is_immutable,
    minify,
)

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
ICON = re.compile(r"""\bicon\("([a-z-]+)"\)|symbol="([a-z-]+)\"""")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STATIC, tmp_path / "source"))


def published(assets: Assets, name: str) -> Path:
    return assets.target / assets.url(name).removeprefix(assets.prefix)


def test_htmx_is_pinned_to_the_bytes_we_keep() -> None:
    digest = base64.b64encode(sha384((STATIC / HTMX_LOCAL).read_bytes()).digest()).decode()
    assert f"sha384-{digest}" == HTMX_INTEGRITY


def test_the_layout_loads_that_htmx_and_no_other() -> None:
    layout = (TEMPLATES / "layouts" / "base.html").read_text()
    assert f'src="{HTMX_CDN}" integrity="{HTMX_INTEGRITY}" crossorigin="anonymous"' in layout
    assert layout.count(f'asset("{HTMX_LOCAL}")') == 2
    config = re.search(r"""name="htmx-config" content='([^']*)'""", layout)
    assert config
    assert json.loads(config[1]) == {"noSwap": [204, 304, 400, 401, 403, 404, 405, 409, 410, 413, 429, "5xx"]}


def test_a_second_start_finds_everything_in_place(source: Path, tmp_path: Path) -> None:
    first = Assets(source, tmp_path / "static")
    sheet = published(first, "css/karavan.css")
    sheet.write_text("touched since")
    second = Assets(source, tmp_path / "static")
    assert second.url("css/karavan.css") == first.url("css/karavan.css")
    assert sheet.read_text() == "touched since"


def test_a_lost_file_is_made_again(source: Path, tmp_path: Path) -> None:
    sheet = published(Assets(source, tmp_path / "static"), "css/karavan.css")
    sheet.unlink()
    Assets(source, tmp_path / "static")
    assert sheet.is_file()


def test_other_bytes_have_another_name_and_so_has_what_refers_to_them(source: Path, tmp_path: Path) -> None:
    before = Assets(source, tmp_path / "static")
    (source / "img" / "horn.svg").write_text("<svg/>")
    after = Assets(source, tmp_path / "static")
    assert after.url("img/horn.svg") != before.url("img/horn.svg")
    assert after.url("css/karavan.css") != before.url("css/karavan.css")
    assert after.url("css/dark.css") == before.url("css/dark.css")
    assert after.url("img/horn.svg") in published(after, "css/karavan.css").read_text()


def test_packed_siblings_hold_the_same_bytes(source: Path, tmp_path: Path) -> None:
    assets = Assets(source, tmp_path / "static")
    for name in ("css/karavan.css", "js/karavan.js", "img/icons.svg", HTMX_LOCAL):
        for plain in (published(assets, name), assets.target / name):
            assert gzip.decompress(plain.with_name(plain.name + ".gz").read_bytes()) == plain.read_bytes()
            assert brotli.decompress(plain.with_name(plain.name + ".br").read_bytes()) == plain.read_bytes()
    font = published(assets, "fonts/onest-650-kk.woff2")
    assert not font.with_name(font.name + ".br").exists()


def test_eight_that_start_at_once_agree_and_leave_nothing_behind(source: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as crowd:
        addresses = {*crowd.map(lambda _: Assets(source, tmp_path / "static").url("css/karavan.css"), range(8))}
    assert len(addresses) == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["source", "static", "static.json"]


def test_a_spoilt_record_is_no_obstacle(source: Path, tmp_path: Path) -> None:
    Assets(source, tmp_path / "static")
    (tmp_path / "static.json").write_text('{"mark": "x", "na')
    assert Assets(source, tmp_path / "static").url("css/karavan.css")


def test_an_unknown_name_is_an_error(source: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Assets(source, tmp_path / "static").url("css/karavan.scss")


def test_a_sheet_nobody_lists_is_refused(source: Path, tmp_path: Path) -> None:
    (source / "css" / "forgotten.css").write_text("a{}")
    with pytest.raises(ValueError, match=r"forgotten\.css"):
        Assets(source, tmp_path / "static")


def test_a_sheet_that_refers_to_nothing_is_refused() -> None:
    sheets = {f"css/{name}.css": b"" for name in (*PARTS, *SEPARATE)}
    with pytest.raises(ValueError, match=r"img/none\.svg"):
        compose(sheets | {"css/art.css": b"a{background:url(../img/none.svg)}"}, "/static/")


def test_addresses_in_sheets_are_fingerprinted_but_not_those_of_elsewhere() -> None:
    sheets = {f"css/{name}.css": b"" for name in (*PARTS, *SEPARATE)} | {"img/x.svg": b"<svg/>"}
    sheets["css/art.css"] = b"a{b:url('../img/x.svg');c:url(data:,x);d:url(#e)}"
    finished = compose(sheets, "/s/")
    assert (
        finished["css/art.css"][1].decode() == f'a{{b:url("/s/{finished["img/x.svg"][0]}");c:url(data:,x);d:url(#e)}}'
    )


def test_minifying_keeps_what_is_said() -> None:
    css = """
    /* a remark; { with } signs */
    .a > .b,
    .c :hover {
      content: " /* no remark */  ;} ";
      width: calc(1px + 2px);
    }

    @media (min-width: 48rem) and (hover: none) { .d { color: red; } }
    """
    assert minify(css) == (
        '.a > .b,.c :hover{content:" /* no remark */  ;} ";width:calc(1px + 2px)}'
        "@media (min-width:48rem) and (hover:none){.d{color:red}}"
    )


@pytest.mark.parametrize(
    ("url", "for_ever"),
    [
        ("/static/css/karavan.0123456789ab.css", True),
        ("/static/vendor/htmx-4.0.1.min.0123456789ab.js", True),
        ("/static/vendor/htmx-4.0.1.min.js", False),
        ("/static/css/karavan.css", False),
        ("/static/0123456789ab/karavan.css", False),
    ],
)
def test_only_fingerprinted_addresses_are_kept_for_ever(url: str, for_ever: bool) -> None:
    assert is_immutable("", url) is for_ever


def test_the_style_sheets_are_within_thirty_kilobytes(source: Path, tmp_path: Path) -> None:
    assets = Assets(source, tmp_path / "static")
    names = ("css/karavan.css", *(f"css/{name}.css" for name in SEPARATE))
    assert sum(published(assets, name).stat().st_size for name in names) <= 30 * 1024


def test_the_style_sheets_keep_to_what_old_phones_understand() -> None:
    for sheet in (STATIC / "css").glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
        assert not re.search(r"@layer|light-dark\(|color-mix\(|(^|[\s;{])&", text), sheet.name
        assert text.count("{") == text.count("}"), sheet.name


def test_every_icon_that_is_drawn_exists() -> None:
    used = {found[1] or found[2] for file in TEMPLATES.rglob("*.html") for found in ICON.finditer(file.read_text())}
    assert used
    assert used <= icons.names()
