// @google/genai: `generateContentStream`.
import { GoogleGenAI } from "@google/genai";
import { answer, at, drive } from "./common.mjs";

const client = (base) => new GoogleGenAI(at({ apiKey: "none", httpOptions: { baseUrl: base } }));

const content = async (base, _, model) => added(await client(base).models.generateContentStream({ model, contents: "x" }));
const plain = async (base, _, model) => added([await client(base).models.generateContent({ model, contents: "x" })]);

async function added(chunks) {
  let text = "", reasoning = "", finish = null, usage = null;
  const calls = [];
  for await (const chunk of chunks) {
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

await drive({ "generateContentStream()": content }, { "generateContentStream()": plain });
