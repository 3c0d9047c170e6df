"""The release digest covers content, documents and attachments, each of them, and no order of giving them."""

from hypothesis import given
from hypothesis import strategies as st

from comity.requests.release import release_digest
from comity.seals.canonical import encode

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
DOCUMENTS = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["letter", "annex"]), "language": st.sampled_from(["fr", "es"]), "digest": DIGESTS}
    ),
    max_size=4,
)
CONTENT = st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3)


@given(CONTENT, DOCUMENTS, st.lists(DIGESTS, max_size=3), st.randoms())
def test_the_order_in_which_documents_are_named_does_not_matter(content, documents, attachments, chance) -> None:
    shuffled, others = list(documents), list(attachments)
    chance.shuffle(shuffled)
    chance.shuffle(others)
    assert release_digest(content, documents, attachments) == release_digest(content, shuffled, others)


@given(CONTENT, CONTENT, DOCUMENTS, DOCUMENTS)
def test_any_other_content_or_document_has_another_digest(content, other, documents, others) -> None:
    first = release_digest(content, documents, [])
    assert (release_digest(other, documents, []) == first) == (content == other)
    key = lambda one: sorted(encode(entry) for entry in one)  # noqa: E731
    assert (release_digest(content, others, []) == first) == (key(documents) == key(others))
    assert release_digest(content, documents, ["0" * 64]) != first
