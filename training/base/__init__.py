"""What every command needs: errors, files, processes, calibration, formatting."""
