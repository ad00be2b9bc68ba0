// Reasons of the scoring in Nepali, by the pattern of their words; loaded with the parts that show them.
import { type Language, devanagari } from "./numbers.ts";

/** Why a delivery went to nobody, or not to somebody, and what would have been enough; in English the words are good. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^Nobody is online, available and verified\.$/, "प्रमाणित, उपलब्ध र अनलाइन कोही छैन।"],
  [/^Nobody is within the assignment radius of the pickup\.$/, "पिकअपको दायराभित्र कोही छैन।"],
  [/^Nobody in reach has enough free capacity for the package\.$/, "नजिकका कसैसँग यति ठाउँ खाली छैन।"],
  [/^All in reach have as many deliveries as they may\.$/, "नजिकका सबैसँग पर्याप्त काम छ।"],
  [/^All in reach were given deliveries that score higher\.$/, "नजिकका सबैले बढी अङ्कका पार्सल पाए।"],
  [/^Those in reach have no room left beside what they were given\.$/, "नजिककालाई दिइएपछि ठाउँ बाँकी छैन।"],
  [/^All who could have it gave it back before or were ruled out\.$/, "लिन सक्ने सबैले पहिले नै फिर्ता गरेका वा रोकिएका छन्।"],
  [/^Those who could have it changed meanwhile\.$/, "लिन सक्नेहरूको अवस्था बीचमा फेरियो।"],
  [/^No such delivery, or not within the filter$/, "यस्तो पार्सल छैन, वा छनोटमा पर्दैन।"],
  [/^Delivery is .+(?: already|, not available for assignment)$/, "यो पार्सल अब पर्खिँदैन।"],
  [/^The planned transporter is offline by now$/, "योजनाको कुरियर अहिले अफलाइन छ।"],
  [/^The chosen transporter changed meanwhile; run again$/, "बीचमा कुरियरको अवस्था फेरियो; फेरि योजना बनाउनुहोस्।"],
  [/^The chosen transporter gave it back before; assign it by itself or by hand$/, "यो कुरियरले पहिले नै फिर्ता गरेको हो; एक्लै वा हातले दिनुहोस्।"],
  [/^([\d.]+) km nearer to the pickup\.$/, "पिकअपबाट {0} कि.मि. नजिक।"],
  [/^(\d+) deliver(?:y|ies) fewer under way\.$/, "बाटोमा {0} पार्सल कम।"],
  [/^(\d+) deliver(?:y|ies) fewer under way: (\d+) of (\d+) at most\.$/, "बाटोमा {0} पार्सल कम: बढीमा {2}मध्ये {1}।"],
  [/^A rating of ([\d.]+) instead of ([\d.]+)\.$/, "मूल्याङ्कन {1}को साटो {0}।"],
  [/^([\d.]+) kg free instead of ([\d.]+)\.$/, "{1} के.जी.को साटो {0} के.जी. खाली।"],
  [/^([\d.]+) kg less, or a vehicle with ([\d.]+) kg free\.$/, "{0} के.जी. कम, वा {1} के.जी. खाली भएको सवारी।"],
  [/^An open account with the role of a transporter\.$/, "कुरियरको खुला खाता।"],
  [/^A verified profile\.$/, "प्रमाणित प्रोफाइल।"],
  [/^Verified papers that have not expired\.$/, "म्याद नसकिएका प्रमाणित कागजात।"],
  [/^Saying to be available\.$/, "उपलब्ध छु भनेको हुनु।"],
  [/^Not being the one that the deliveries were taken from\.$/, "जसबाट पार्सल लिइयो ऊ नहुनु।"],
  [/^A planned shift at that time, or no planned shifts at all\.$/, "त्यतिबेलाको पालो, वा कुनै पालो नतोक्नु।"],
  [/^A vehicle of the type that was asked for\.$/, "मागिएकै किसिमको सवारी।"],
];

/** A reason of the scoring; what is not known here is shown as the server said it. */
export function reasonWords(text: string, language: Language): string {
  if (language !== "ne") return text;
  for (const [pattern, ne] of REASONS) {
    const found = pattern.exec(text);
    if (found !== null) return ne.replace(/\{(\d)\}/g, (_, place: string) => devanagari(found[Number(place) + 1] ?? ""));
  }
  return text;
}
