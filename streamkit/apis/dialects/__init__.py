"""The dialects: a catalogue of providers' accepted deviations from an API, one data-only module each.

Other packages add dialects through the entry-point group `streamkit.apis.dialects`.
"""

from streamkit.apis.dialects._dialect import DIALECTS as DIALECTS
from streamkit.apis.dialects._dialect import Dialect as Dialect
from streamkit.apis.dialects._dialect import detect_dialect as detect_dialect
from streamkit.apis.dialects._dialect import dialect_row as dialect_row
