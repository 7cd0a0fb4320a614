import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

CODE = """
import keras, numpy as np
from helpers.networks import TrainingProgress
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(loss="mse")
_ = model.fit(np.zeros((8, 3)), np.zeros(8), epochs=3, verbose=0, callbacks=[TrainingProgress()])
"""


def train(monkeypatch, *, watched):
    """Run a cell that trains, in a kernel as Jupyter's server or a batch run starts it."""
    if watched:
        monkeypatch.setenv("JPY_SESSION_NAME", "some.ipynb")
    else:
        monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    messages = []
    client = NotebookClient(
        new_notebook(cells=[new_code_cell("import helpers.start"), new_code_cell(CODE)]),
        kernel_name="python3",
        timeout=120,
    )
    process = client.process_message

    def listen(message, cell, cell_index):
        if message["msg_type"] == "stream":
            messages.append(message["content"]["text"])
        return process(message, cell, cell_index)

    client.process_message = listen
    client.execute()
    nbformat.validate(client.nb)
    return "".join(messages), client.nb.cells[1].outputs


def test_a_watching_person_sees_every_epoch_and_nothing_is_stored(monkeypatch):
    seen, stored = train(monkeypatch, watched=True)
    for epoch in (1, 2, 3):
        assert f"epoch {epoch} of 3" in seen
    assert stored == []


def test_a_batch_run_prints_nothing(monkeypatch):
    seen, stored = train(monkeypatch, watched=False)
    assert seen == ""
    assert stored == []
