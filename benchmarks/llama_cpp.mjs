// Milliseconds to the first token and to the end of each prompt by llama.cpp, one after the other, as a JSON list.
//
//     node llama_cpp.mjs FOLDER MODEL.gguf PROMPTS.json TOKENS
//
// FOLDER is where `npm install node-llama-cpp` was run; PROMPTS.json is a list of lists of token ids.
import {readFileSync} from "node:fs";
import {cpus} from "node:os";

const [folder, modelPath, prompts, tokens] = process.argv.slice(2);
const {getLlama} = await import(`${folder}/node_modules/node-llama-cpp/dist/index.js`);
const llama = await getLlama({gpu: false, build: "never", maxThreads: cpus().length});
const model = await llama.loadModel({modelPath});
const context = await model.createContext({contextSize: 4096, threads: cpus().length});
const sequence = context.getSequence();
const times = [];
for (const prompt of JSON.parse(readFileSync(prompts, "utf8"))) {
    await sequence.clearHistory();
    const began = performance.now();
    let first = 0, count = 0;
    for await (const _ of sequence.evaluate(prompt, {temperature: 0.3, topP: 0.9})) {
        first ||= performance.now();
        if (++count === Number(tokens)) break;
    }
    times.push([first - began, performance.now() - began]);
}
console.log(JSON.stringify(times));
process.exit(0);
