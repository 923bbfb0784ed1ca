"""A model of one layer that counts from one to ten, whatever it is asked; 2 MB, made in a second, and no weights of anybody.

    python tiny_model.py gguf FILE             for llama.cpp; needs `gguf`
    python tiny_model.py transformers FOLDER   for transformers; needs `transformers` and `torch`

It runs with the Python of the server's environment. Every token has a dimension of its own, attention and feed-forward add
nothing, and the output layer maps each token to the next one of a table. Where a grammar forbids that, the punctuation of JSON is
preferred, so that constrained answers are short. The tokenizer has one token for each byte, for
each word of the answer, and for a sentence of which 100 kB would be too many bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

BOS, EOS = 1, 2
SPECIALS = ["<unk>", "<s>", "</s>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
NUMBERS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten."]
WORDS = ["one", *(f",▁{number}" for number in NUMBERS)]
SENTENCE = "The quick brown fox jumps over the lazy dog. "  # what the longest prompt of the cases repeats
VOCABULARY = [*SPECIALS, *BYTES, *WORDS, SENTENCE]
FIRST = len(SPECIALS) + len(BYTES)
LAST = FIRST + len(WORDS) - 1
HEADS, HEAD = 9, 32
WIDTH = HEADS * HEAD  # at least the size of the vocabulary
INNER = 32
CONTEXT = 4096
CERTAIN = 1.0
PUNCTUATION = '}":,{]['

TEMPLATE = """\
{%- for message in messages -%}
<|{{ message.role }}|>
{%- if message.content is string -%}{{ message.content }}
{%- elif message.content -%}{%- for part in message.content -%}{{ part.text }}{%- endfor -%}
{%- endif -%}
{%- if message.tool_calls -%}{{ message.tool_calls | tojson }}{%- endif %}
{% endfor -%}
{%- if tools -%}<|tools|>{{ tools | tojson }}
{% endif -%}
{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"""


def following(token: int) -> int:
    """Return the token after this one. A text in quotation marks, of which only a grammar thinks, is empty."""
    if token == len(SPECIALS) + ord('"'):
        return token
    return EOS if token == LAST else token + 1 if FIRST <= token < LAST else FIRST


def preference(token: int) -> float:
    """Return how much a token is preferred if the one of the table is not allowed."""
    if token == EOS:
        return 0.5
    text = chr(token - len(SPECIALS)) if len(SPECIALS) <= token < FIRST else ""
    if text and text in PUNCTUATION:
        return 0.4 - 0.02 * PUNCTUATION.index(text)
    return 0.1 if text.isascii() and text.isalnum() else 0.0


def output() -> list[list[float]]:
    """Return the weights of the output layer: a row for each next token, a column for each current one."""
    size = len(VOCABULARY)
    rows = [[preference(after)] * size + [0.0] * (WIDTH - size) for after in range(size)]
    for token in range(size):
        rows[following(token)][token] = CERTAIN
    return rows


def write_gguf(path: Path) -> None:
    import gguf
    import numpy as np

    size = len(VOCABULARY)
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * len(BYTES) + [gguf.TokenType.NORMAL] * len(WORDS) + [gguf.TokenType.USER_DEFINED]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("counting")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(HEAD)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(size)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(VOCABULARY)
    writer.add_token_scores([0.0] * size)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(BOS)
    writer.add_eos_token_id(EOS)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    square, ones = np.zeros((WIDTH, WIDTH), np.float32), np.ones(WIDTH, np.float32)
    tensors = {
        "token_embd.weight": np.eye(size, WIDTH, dtype=np.float32),
        "output_norm.weight": ones,
        "output.weight": np.array(output(), np.float32),
        "blk.0.attn_norm.weight": ones,
        "blk.0.attn_q.weight": square,
        "blk.0.attn_k.weight": square,
        "blk.0.attn_v.weight": square,
        "blk.0.attn_output.weight": square,
        "blk.0.ffn_norm.weight": ones,
        "blk.0.ffn_gate.weight": np.zeros((INNER, WIDTH), np.float32),
        "blk.0.ffn_up.weight": np.zeros((INNER, WIDTH), np.float32),
        "blk.0.ffn_down.weight": np.zeros((WIDTH, INNER), np.float32),
    }
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_transformers(folder: Path) -> None:
    import torch
    from tokenizers import AddedToken, Tokenizer, decoders, models
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    size = len(VOCABULARY)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=WIDTH,
        intermediate_size=INNER,
        num_hidden_layers=1,
        num_attention_heads=HEADS,
        max_position_embeddings=CONTEXT,
        bos_token_id=BOS,
        eos_token_id=EOS,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.fill_(1.0 if "norm" in name else 0.0)
        model.model.embed_tokens.weight.copy_(torch.eye(size, WIDTH))
        model.lm_head.weight.copy_(torch.tensor(output()))
    model.save_pretrained(folder)
    pieces = {piece: place for place, piece in enumerate(VOCABULARY[:-1])}
    tokenizer = Tokenizer(models.BPE(vocab=pieces, merges=[], unk_token="<unk>", byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", chat_template=TEMPLATE
    )
    fast.add_tokens([AddedToken(SENTENCE, normalized=False)])
    fast.save_pretrained(folder)


if __name__ == "__main__":
    {"gguf": write_gguf, "transformers": write_transformers}[sys.argv[1]](Path(sys.argv[2]))
