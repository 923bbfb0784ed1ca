// @google/genai: `generateContentStream`.
import { GoogleGenAI } from "@google/genai";
import { answer, drive } from "./common.mjs";

async function content(base, _, model) {
  const client = new GoogleGenAI({ apiKey: "none", httpOptions: { baseUrl: base } });
  let text = "", reasoning = "", finish = null, usage = null;
  const calls = [];
  for await (const chunk of await client.models.generateContentStream({ model, contents: "x" })) {
    const candidate = chunk.candidates?.[0];
    finish = candidate?.finishReason ?? finish;
    for (const part of candidate?.content?.parts ?? []) {
      if (part.functionCall) calls.push([part.functionCall.id ?? null, part.functionCall.name, part.functionCall.args]);
      else if (part.thought) reasoning += part.text ?? "";
      else text += part.text ?? "";
    }
    usage = chunk.usageMetadata ?? usage;
  }
  return answer({ text, reasoning, calls, finish, usage: usage && [usage.promptTokenCount, usage.candidatesTokenCount] });
}

await drive({ "generateContentStream()": content });
