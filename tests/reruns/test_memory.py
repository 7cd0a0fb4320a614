import subprocess
import sys
import textwrap

from helpers.reruns.memory import peak_memory_of_children


def test_children_of_children_count():
    grandchild = "import time; block = b'x' * 200_000_000; time.sleep(1)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    with peak_memory_of_children() as peak:
        subprocess.run([sys.executable, "-c", child], check=True)
    assert 200 < peak.megabytes < 300


def test_own_memory_does_not_count():
    code = """
        import time
        from helpers.reruns.memory import peak_memory_of_children
        with peak_memory_of_children() as peak:
            time.sleep(0.5)
        print(peak.megabytes)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(done.stdout) == 0
