// nlp.js behind the bench's face: one JSON object on stdin, one JSON list on stdout.
// In:  {"phrases": [[text, label], ...], "texts": [text, ...]}
// Out: [[[label, ...at most three, best first], score of the best], ...]
'use strict';

const { readFileSync } = require('fs');
const { containerBootstrap } = require('@nlpjs/core-loader');
const { Nlp } = require('@nlpjs/nlp');
const { LangEn } = require('@nlpjs/lang-en');

const NONE = 'None'; // its own name for "no label"

async function trained(phrases) {
  const container = await containerBootstrap();
  container.use(Nlp);
  container.use(LangEn);
  const nlp = container.get('nlp');
  nlp.settings.autoSave = false;
  nlp.addLanguage('en');
  for (const [text, label] of phrases) nlp.addDocument('en', text, label);
  const log = console.log;
  console.log = () => {}; // it reports each epoch where the answers go
  await nlp.train();
  console.log = log;
  return nlp;
}

async function answer(nlp, text) {
  const { classifications } = await nlp.process('en', text);
  const ranked = classifications.filter((one) => one.intent !== NONE).sort((a, b) => b.score - a.score);
  return [ranked.slice(0, 3).map((one) => one.intent), ranked.length ? ranked[0].score : 0];
}

async function main() {
  const { phrases, texts } = JSON.parse(readFileSync(0, 'utf8'));
  const nlp = await trained(phrases);
  const answers = [];
  for (const text of texts) answers.push(await answer(nlp, text));
  process.stdout.write(JSON.stringify(answers));
}

main();
