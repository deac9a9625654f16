// The AI SDK, by the providers that people put before a server of OpenAI's form. As protocol.py says, and with the
// addresses of the sources that it found.

import { readFileSync } from "node:fs";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";

const [baseURL, name] = process.argv.slice(2);
const openai = createOpenAI({ baseURL, apiKey: "unused" });
const compatible = createOpenAICompatible({ name: "twin", baseURL, apiKey: "unused" });
const models = { chat: openai.chat(name), responses: openai.responses(name), compatible: compatible(name) };

async function streamed(options) {
  const result = streamText({ ...options, onError: ({ error }) => { throw error; } });
  await result.consumeStream({ onError: (error) => { throw error; } });
  return { text: await result.text, sources: await result.sources };
}

const questions = JSON.parse(readFileSync(0, "utf8"));
for (const [form, model] of Object.entries(models)) {
  for (const [way, ask] of [[form, generateText], [`${form}_streamed`, streamed]]) {
    for (const question of questions) {
      const { text, sources } = await ask({ model, prompt: question, maxRetries: 0 });
      const urls = sources.map((source) => source.url);
      process.stdout.write(`${JSON.stringify({ way, question, text, sources: urls })}\n`);
    }
  }
}
