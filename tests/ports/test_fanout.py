import asyncio

from ports.fanout import Inbox


async def test_a_waiting_reader_is_woken_by_a_message_and_by_the_end():
    inbox = Inbox(2)
    reader = asyncio.ensure_future(anext(inbox))
    await asyncio.sleep(0)
    inbox.put("a", b"1")
    assert await reader == ("a", b"1")
    rest = asyncio.ensure_future(anext(inbox, "the end"))
    await asyncio.sleep(0)
    inbox.close()
    assert await rest == "the end"


async def test_what_was_queued_before_the_end_is_still_read():
    inbox = Inbox(2)
    inbox.put("a", b"1")
    inbox.close()
    assert [message async for message in inbox] == [("a", b"1")]
