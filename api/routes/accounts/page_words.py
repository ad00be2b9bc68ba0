"""What the pages behind links in mails say, in the languages of all pages."""

from collections.abc import Mapping
from typing import Final

ENGLISH: Final = {
    "confirm": "Confirm your e-mail address",
    "confirm.button": "Confirm",
    "confirm.done": "Thank you",
    "confirm.what": "{email} is confirmed.",
    "forgot": "Forgotten your password?",
    "forgot.email": "E-mail",
    "forgot.button": "Send a link",
    "forgot.what": "Tell the e-mail address of your account. A link to choose a new password is sent there.",
    "forgot.sent": "Look into your mailbox",
    "forgot.sent.what": "If there is an account with this address, a link to choose a new password is on its way.",
    "forgot.again": "Ask for a new link",
    "new": "Choose a new password",
    "new.label": "New password",
    "new.button": "Change it",
    "new.done": "Your password is changed",
    "new.done.what": "All devices are signed out. Sign in with the new password.",
    "refused": "This did not work",
    "refused.link": "This link is not good any more: it was used, it is too old, or it was not copied whole.",
    "refused.later": "Try again in a while.",
    "refused.weak": "The password is too weak.",
    "home": "Go to the pages",
}
NEPALI: Final = {
    "confirm": "आफ्नो इमेल ठेगाना पुष्टि गर्नुहोस्",
    "confirm.button": "पुष्टि गर्नुहोस्",
    "confirm.done": "धन्यवाद",
    "confirm.what": "{email} पुष्टि भयो।",
    "forgot": "पासवर्ड बिर्सनुभयो?",
    "forgot.email": "इमेल",
    "forgot.button": "लिङ्क पठाउनुहोस्",
    "forgot.what": "आफ्नो खाताको इमेल ठेगाना दिनुहोस्। नयाँ पासवर्ड छान्ने लिङ्क त्यहीँ पठाइन्छ।",
    "forgot.sent": "आफ्नो इमेल हेर्नुहोस्",
    "forgot.sent.what": "यो ठेगानाको खाता छ भने नयाँ पासवर्ड छान्ने लिङ्क त्यहाँ पठाइँदै छ।",
    "forgot.again": "नयाँ लिङ्क माग्नुहोस्",
    "new": "नयाँ पासवर्ड छान्नुहोस्",
    "new.label": "नयाँ पासवर्ड",
    "new.button": "बदल्नुहोस्",
    "new.done": "पासवर्ड बदलियो",
    "new.done.what": "सबै यन्त्रबाट साइन आउट भयो। नयाँ पासवर्डले साइन इन गर्नुहोस्।",
    "refused": "यो हुन सकेन",
    "refused.link": "यो लिङ्क अब मान्य छैन: प्रयोग भइसकेको, पुरानो वा पूरा नभएको हुन सक्छ। नयाँ माग्नुहोस्।",
    "refused.later": "अहिले सकिएन। केही बेरपछि फेरि प्रयास गर्नुहोस्।",
    "refused.weak": "पासवर्ड कमजोर छ: लामो र अरूले अनुमान गर्न नसक्ने छान्नुहोस्।",
    "home": "पृष्ठहरूमा जानुहोस्",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"en": ENGLISH, "ne": NEPALI}
