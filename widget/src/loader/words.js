/**
 * The few words that stand on the page itself; all others are the frame's.
 */

/**
 * @typedef {object} Words
 * @property {string} open
 * @property {string} close
 * @property {string} chat
 * @property {(count: number) => string} unread
 * @property {string} see
 * @property {string} dismiss
 */

/** @type {Record<string, Words>} */
const WORDS = {
  en: {
    open: "Open support chat",
    close: "Close support chat",
    chat: "Support chat",
    unread: (n) => (n === 1 ? "1 new message" : `${n} new messages`),
    see: "Read",
    dismiss: "Dismiss",
  },
  zh: {
    open: "打开客服聊天",
    close: "关闭客服聊天",
    chat: "客服聊天",
    unread: (n) => `${n} 条新消息`,
    see: "查看",
    dismiss: "不再提示",
  },
  fr: {
    open: "Ouvrir l'aide en ligne",
    close: "Fermer l'aide en ligne",
    chat: "Aide en ligne",
    unread: (n) => (n < 2 ? `${n} nouveau message` : `${n} nouveaux messages`),
    see: "Lire",
    dismiss: "Masquer",
  },
  ar: {
    open: "افتح محادثة الدعم",
    close: "أغلق محادثة الدعم",
    chat: "محادثة الدعم",
    unread: (n) => `الرسائل الجديدة: ${n}`,
    see: "عرض",
    dismiss: "إخفاء",
  },
};

/**
 * @param {string | null} language Language tag.
 * @returns {Words}
 */
export function wordsOf(language) {
  const code = (language ?? navigator.language).toLowerCase().split("-")[0] ?? "";
  return WORDS[code] ?? /** @type {Words} */ (WORDS.en);
}
