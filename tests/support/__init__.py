"""What the tests are built with: real repositories, a sealed environment, the command line."""
