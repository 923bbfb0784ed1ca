// @anthropic-ai/sdk: `messages.stream()` and its final message.
import Anthropic from "@anthropic-ai/sdk";
import { RETRIES, answer, drive } from "./common.mjs";

async function stream(base, _, model) {
  const client = new Anthropic({ baseURL: base, apiKey: "none", ...RETRIES });
  const final = await client.messages.stream({ model, max_tokens: 9, messages: [] }).finalMessage();
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

await drive({ ".stream()": stream });
