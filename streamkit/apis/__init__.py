"""The APIs: a catalogue of the protocols in which language models stream, and the functions that use it.

An entry is a module (`unknown.py`) or a folder (`openai_chat/`) that defines one `Api`. In a folder, `__init__` defines
the `Api` and recognises its streams, `chunks` interprets single chunks, `assembler` builds the message, `shape` is the
table of fields and `grammar` the table of the allowed order. Entries share `_kit/`, `_openai/` and `_bedrock`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamkit.lazy import door

if TYPE_CHECKING:
    from streamkit.apis._api import APIS as APIS
    from streamkit.apis._api import UNKNOWN as UNKNOWN
    from streamkit.apis._api import Api as Api
    from streamkit.apis._api import Assembler as Assembler
    from streamkit.apis._api import Chunk as Chunk
    from streamkit.apis._api import Ending as Ending
    from streamkit.apis._api import Follow as Follow
    from streamkit.apis._api import Judge as Judge
    from streamkit.apis._api import Sample as Sample
    from streamkit.apis._incremental import Incremental as Incremental
    from streamkit.apis._interpret import alike as alike
    from streamkit.apis._interpret import assemble as assemble
    from streamkit.apis._interpret import interpret as interpret
    from streamkit.apis._interpret import judged as judged

_PLACES = {
    "APIS": "_api",
    "Api": "_api",
    "Assembler": "_api",
    "Chunk": "_api",
    "Ending": "_api",
    "Follow": "_api",
    "Incremental": "_incremental",
    "Judge": "_api",
    "Sample": "_api",
    "UNKNOWN": "_api",
    "alike": "_interpret",
    "assemble": "_interpret",
    "interpret": "_interpret",
    "judged": "_interpret",
}

__getattr__, __dir__ = door(__name__, _PLACES)
