// @anthropic-ai/sdk: `messages.stream()` and its final message.
import Anthropic from "@anthropic-ai/sdk";
import { RETRIES, answer, at, drive } from "./common.mjs";

const client = (base) => new Anthropic({ ...at({ baseURL: base, apiKey: "none" }), ...RETRIES });
const asked = (model) => ({ model, max_tokens: 9, messages: [] });

const stream = async (base, _, model) => message(await client(base).messages.stream(asked(model)).finalMessage());
const plain = async (base, _, model) => message(await client(base).messages.create(asked(model)));

function message(final) {
  const of = (type) => final.content.filter((block) => block.type === type);
  return answer({
    text: of("text").map((block) => block.text).join(""),
    reasoning: of("thinking").map((block) => block.thinking).join(""),
    calls: of("tool_use").map((block) => [block.id, block.name, block.input]),
    finish: final.stop_reason,
    usage: [final.usage?.input_tokens, final.usage?.output_tokens],
    role: final.role,
  });
}

await drive({ ".stream()": stream }, { ".stream()": plain });
