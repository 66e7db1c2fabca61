"""What people write, as much as clean content needs of it: 30 phrases of a flow of the menu, 12 of another, 60 of what is not ours."""

from __future__ import annotations

LOST_CODE = (
    "the code for my login is not there",
    "no code since this morning",
    "the code is late again",
    "i asked for the code twice and got no code",
    "no code by sms today",
    "the sms with the code is missing",
    "never got the code by sms",
    "i am waiting for the code since ten",
    "the code does not reach my phone",
    "no sms with a code here",
    "when does the code come at last",
    "my code has not come yet",
    "the login code never came to me",
    "still waiting for the login code",
    "the page says code sent but no code comes",
    "did you send the code at all",
    "not getting the code by text",
    "the text with the code never arrives",
    "no text with the login code",
    "where does my code stay",
    "i cannot log in without the code that never came",
    "please, the code is not coming",
)
NEW_PHONE = (
    "i have lost my phone on the train",
    "somebody stole my phone yesterday",
    "my phone fell and is broken now",
    "the phone is gone and the number too",
    "i gave my old phone away",
    "my old phone does not turn on",
    "my phone was in my stolen bag",
    "the screen of my phone is broken",
    "i have a new phone and no old one",
    "my phone number is not mine now",
    "lost both my phone and its number",
    "my phone is at the bottom of a lake",
    "i left my phone in a taxi",
    "the water killed my phone",
    "my dog broke my phone",
    "i changed my phone and my number",
    "my phone is dead for good",
    "i threw my old phone away",
    "the phone with that number is lost",
    "my stolen phone had my number",
    "my old number was on a lost phone",
    "my number went to somebody else",
)
HACKED = (
    "i think i was hacked today",
    "somebody took over my login",
    "a stranger changed everything in my profile",
    "money moved and i did not do it",
    "the thief changed my login",
)
NOT_OURS = (
    "will it rain on sunday", "i want to buy red shoes", "the pizza was cold", "how tall is mount everest",
    "book me a table for two", "my parcel is damaged", "who won the match", "sing a song for us",
    "is the museum open", "how do i bake bread", "the train is delayed", "translate this letter",
    "cancel my newspaper", "my invoice has a wrong sum", "refund the blue jacket", "do you have vegan soup",
    "where can we park", "the lamp flickers", "which wine goes with fish", "tune my guitar",
    "plan a trip to rome", "recommend a novel", "teach me chess", "the fridge hums",
    "size of the large bag", "does the warranty cover batteries", "gift card for mum", "my cat sneezes",
    "paint the fence green", "best cure for hiccups", "square root of nine", "the tap drips",
    "tell us a joke", "are dogs allowed", "how old is the sun", "rent a bicycle",
    "mow our lawn", "the heating is off", "wash my car", "what rhymes with orange",
    "job offers in paris", "delivery on holidays", "is this jacket waterproof", "my salad had sand in it",
    "voucher for theatre seats", "can i return used socks", "weekly horoscope", "learn spanish quickly",
    "repair a bike tyre", "distance to mars", "price of a haircut", "the bus driver was rude",
    "grow tomatoes indoors", "name for a puppy", "clean a silk tie", "fix the printer",
    "vote in the election", "knit a scarf", "solve this riddle",
)  # fmt: skip


def lines(phrases: tuple[str, ...]) -> str:
    """Write phrases as the entries of a list."""
    return "".join(f'  - "{phrase}"\n' for phrase in phrases)


def inline(phrases: tuple[str, ...]) -> str:
    """Write phrases as the rest of a list on one line."""
    return "".join(f', "{phrase}"' for phrase in phrases)
