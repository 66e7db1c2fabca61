"""
What a screen reader is given in the states of tests/widget/states.py: parts of the accessibility tree, in their order.

What is not named may stand between; names between slashes are patterns.
"""

from __future__ import annotations

from typing import Final

_HEAD: Final = """
  - button "Back to the list of problems"
  - heading "Example Exchange" [level=1]
  - status: Assistant, answers at once
  - button "Options"
  - button "Close chat"
"""
_CHAT: Final = f'- dialog "Example Exchange Assistant, answers at once":{_HEAD}'
_FIELD: Final = """
  - textbox "Your message"
  - button "Send" [disabled]
  - paragraph: Never type a code or a password here. Nobody from us will ask for one.
"""
_STEPS: Final = """
      - group "Answers":
        - button "It worked"
        - button "Still stuck"
        - button "Back"
        - button "Talk to a person"
"""

#: State: YAML as Playwright's `to_match_aria_snapshot` takes it.
TREES: Final = {
    "home": f"""
- dialog "Example Exchange Assistant, answers at once":
  - heading "Example Exchange" [level=1]
  - button "Options"
  - button "Close chat"
  - heading "Locked out? Let us get you back in." [level=2]
  - region "What is the problem?":
    - heading "What is the problem?" [level=3]
    - list:
      - listitem:
        - button "The SMS code does not arrive"
      - listitem:
        - button "The e-mail code does not arrive"
  - button "I have a case code or a device code"
{_FIELD}""",
    "incident": f"""
- dialog "Example Exchange Assistant, answers at once":
  - heading "Locked out? Let us get you back in." [level=2]
  - status:
    - strong: Something is not working on our side right now.
    - paragraph: Text messages to China arrive up to two hours late.
    - paragraph: /We have known of it since \\d/
  - region "What is the problem?":
    - heading "What is the problem?" [level=3]
{_FIELD}""",
    "question": f"""
{_CHAT}
  - region "Conversation":
    - log:
      - paragraph: Assistant
      - paragraph:
        - link "www.example.com (opens in a new window)"
      - paragraph: /did a countdown start/
      - group "Answers":
        - button "Yes, the countdown started"
        - button "Talk to a person"
{_FIELD}""",
    "too-long": f"""
{_CHAT}
  - alert: Your message is too long by 104 characters. Please shorten it.
  - textbox "Your message" [invalid]
""",
    "offline": f"""
{_CHAT}
  - status: You are offline. What you write is kept.
  - region "Conversation":
    - log:
      - group "Answers":
        - button "Yes, the countdown started (your answer)" [disabled]
        - button "No, nothing happens" [disabled]
    - text: "You:"
    - paragraph: Yes, the countdown started
    - paragraph: Kept. It is sent as soon as the connection is back.
""",
    "steps": f"""
{_CHAT}
  - region "Conversation":
    - log:
      - text: "You:"
      - paragraph: Assistant
      - paragraph: Check the number on the account
      - list:
        - listitem: /The code page/
{_STEPS}""",
    "sending": f"""
{_CHAT}
  - region "Conversation":
    - text: "You:"
    - paragraph: Sending
    - status: The assistant is writing
""",
    "slow": f"""
{_CHAT}
  - region "Conversation":
    - status: This takes a little longer. Your message has arrived, you need not send it again.
""",
    "options": """
- dialog "Options":
  - heading "Options" [level=2]
  - button "Close"
  - combobox "Language"
  - switch "Sound when a message comes" [checked]
  - button "Download the conversation"
  - button "Case code or device code"
  - button "Continue on another device"
  - button "End the chat on this device"
""",
    "transcript-failed": """
- dialog "Options":
  - alert: The conversation could not be downloaded. Please try again.
""",
    "case-unknown": """
- dialog "Case code or device code":
  - textbox /Case code/: R-00000-00000
  - button "Go on"
  - status: There is no case with this code. Please compare it letter by letter.
""",
    "forget": """
- dialog "End the chat on this device":
  - heading "End the chat on this device" [level=2]
  - button "Cancel"
  - button "End it"
""",
    "home-again": """
- dialog "Example Exchange Assistant, answers at once":
  - button /Go on where we were/
  - region "What is the problem?"
""",
    "failed": f"""
{_CHAT}
  - region "Conversation":
    - text: "You:"
    - paragraph: hello?
    - alert:
      - paragraph: Not sent.
      - button "Try again"
      - button "Copy"
      - button "Remove"
""",
    "reconnecting": f"""
{_CHAT}
  - status: The connection was lost. Trying again …
""",
    "lost": f"""
{_CHAT}
  - status:
    - text: We cannot be reached right now. What you write is kept.
    - button "Try again"
  - region "Conversation":
    - paragraph: hello?
    - paragraph: Kept. It is sent as soon as the connection is back.
""",
    "back": f"""
{_CHAT}
  - status: Connected again
""",
    "rating": f"""
{_CHAT}
  - region "Conversation":
    - group "How was the help?":
      - radio "Very bad"
      - radio "Good" [checked]
      - radio "Very good"
    - textbox "What could be better? (optional)"
    - button "Send rating"
    - button "Skip"
""",
    "rating-failed": f"""
{_CHAT}
  - region "Conversation":
    - alert: The rating could not be sent. Please try again.
""",
    "thanks": f"""
{_CHAT}
  - region "Conversation":
    - status: Thank you. That helps us. Something else? Just write.
""",
    "waiting": """
- dialog "Example Exchange Your case waits for a person":
  - status: Your case waits for a person
  - region "Your case":
    - paragraph:
      - strong: /R-/
      - button "Copy the case code"
    - status: /You are next|before yours/
    - paragraph:
      - text: /You can close this window/
    - button "Go on with the assistant"
  - region "Conversation":
    - log:
      - paragraph: /A person will take over/
""",
    "agent": """
- dialog "Example Exchange Mina looks after your case":
  - status: Mina looks after your case
  - region "Your case":
    - paragraph:
      - strong: Mina has your case and reads what you write.
  - region "Conversation":
    - log:
      - paragraph: Mina, support team
      - paragraph: Which phone is it?
""",
    "expired": """
- dialog "Example Exchange Assistant, answers at once":
  - status: The earlier conversation has ended on this device. Just write to begin a new one.
  - region "What is the problem?"
""",
}
